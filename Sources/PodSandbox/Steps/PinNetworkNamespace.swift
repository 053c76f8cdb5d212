import LinuxKernel
import Netlink

/// Binds the network namespace to its file, so that plugins and people reach it by path, and brings `lo` up.
struct PinNetworkNamespace: Step {
  let name = StepName.pinNetworkNamespace
  // DEL needs the namespace.
  let undoWaitsFor = [StepName.attachNetworks]

  func `do`(_ sandbox: inout SandboxContext) throws {
    guard sandbox.record.hasNetworkNamespace, let pause = sandbox.pause else { return }
    try NetworkNamespace.pin(process: pause, at: sandbox.paths.networkNamespace)
    try Failpoint.pass("do.PinNetworkNamespace.middle")
    let socket = try RouteSocket(inside: sandbox.paths.networkNamespace)
    try socket.setUp(socket.link(named: "lo").index)
  }

  func undo(_ sandbox: inout SandboxContext) throws {
    try NetworkNamespace.unpin(sandbox.paths.networkNamespace)
  }
}
