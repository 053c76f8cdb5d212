import CLinux

/// The capabilities of root that no namespace bounds.
package enum MachineCapabilities {
  /// Takes the clock, modules, device nodes, the restart and the like from all programs that this process will execute; called
  /// by its only thread.
  package static func drop() throws(KernelError) {
    try retrying("drop", "capabilities that concern the machine") { clinux_drop_machine_capabilities() }
  }
}
