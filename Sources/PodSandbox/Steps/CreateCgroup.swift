import LinuxKernel
import SystemPackage

/// Makes the pod's cgroup with its limits, the leaf for pause, and the group that plugins run in.
struct CreateCgroup: Step {
  let name = StepName.createCgroup
  // Undo kills whatever is left in the groups, so plugins and pause get their orderly end first.
  let undoWaitsFor = [StepName.attachNetworks, .startPause]

  func `do`(_ sandbox: inout SandboxContext) throws {
    try sandbox.paths.cgroup.create()
    try Failpoint.pass("do.CreateCgroup.middle")
    if let resources = sandbox.record.configuration.linux.resources {
      try sandbox.paths.cgroup.apply(CgroupLimits(resources))
    }
    try sandbox.paths.pauseCgroup.create(enablingControllers: false)
    try sandbox.paths.pluginCgroup.create(enablingControllers: false)
  }

  /// The greater part of the undo, done ahead of its turn while a plugin's DEL is waited for: removes the groups of a pause
  /// that has ended, as far as nothing else lives in them. Nothing may rely on it.
  ///
  /// - Returns: `nil` where a plugin is told the group's path: it may want it to be there.
  static func earlyUndo(_ sandbox: SandboxContext) -> (@Sendable () -> Void)? {
    let isTold = sandbox.record.networks.contains { $0.configuration.utf8.contains("cgroupPath".utf8) }
    guard let pause = sandbox.pause, !isTold else { return nil }
    let groups = [sandbox.paths.pauseCgroup, sandbox.paths.cgroup]
    return { if pause.hasExited { for group in groups { group.removeIfVacant() } } }
  }

  func undo(_ sandbox: inout SandboxContext) throws {
    for group in [sandbox.paths.pluginCgroup, sandbox.paths.pauseCgroup, sandbox.paths.cgroup] {
      do throws(KernelError) {
        try group.remove()
      } catch {
        // Whatever is left in it lived by the sandbox.
        guard error.errno == .resourceBusy else { throw error }
        try group.kill(until: sandbox.deadline)
        try group.remove()
      }
      try Failpoint.pass("undo.CreateCgroup.middle")
    }
  }
}
