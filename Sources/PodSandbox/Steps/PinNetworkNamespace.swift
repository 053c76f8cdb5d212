import LinuxKernel

/// Binds the network namespace to its file, so that plugins and people reach it by path; where pause's start has made it,
/// it is prepared here.
struct PinNetworkNamespace: Step {
  let name = StepName.pinNetworkNamespace
  // DEL needs the namespace.
  let undoWaitsFor = [StepName.attachNetworks]

  func `do`(_ sandbox: inout SandboxContext) throws {
    guard sandbox.record.hasNetworkNamespace, let pause = sandbox.pause else { return }
    try NetworkNamespace.pin(process: pause, at: sandbox.paths.networkNamespace)
    try Failpoint.pass("do.PinNetworkNamespace.middle")
    guard sandbox.networkNamespace == nil else { return sandbox.networkNamespace = nil }
    try NetworkNamespace.run(inside: sandbox.paths.networkNamespace) {
      try sandbox.record.configuration.linux.prepareNetworkNamespace()
    }
  }

  func undo(_ sandbox: inout SandboxContext) throws {
    try NetworkNamespace.unpin(sandbox.paths.networkNamespace)
  }
}
