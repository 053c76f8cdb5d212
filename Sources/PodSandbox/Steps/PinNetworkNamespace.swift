import LinuxKernel

/// Binds the network namespace to its file, so that plugins and people reach it by path; where pause's start has made it,
/// it is prepared here.
struct PinNetworkNamespace: Step {
  let name = StepName.pinNetworkNamespace
  // DEL needs the namespace.
  let undoWaitsFor = [StepName.attachNetworks]
  let limit: Duration

  func timeLimit(of pod: Pod) -> Duration { limit }

  func `do`(_ pod: inout Pod) throws {
    guard pod.record.hasNetworkNamespace else { return }
    if let namespace = pod.networkNamespace {
      try NetworkNamespace.pin(namespace.descriptor(), at: pod.paths.networkNamespace)
      pod.networkNamespace = nil
      return try Failpoint.pass("do.PinNetworkNamespace.middle")
    }
    try NetworkNamespace.pin(process: pod.awaitPause().process, at: pod.paths.networkNamespace)
    try Failpoint.pass("do.PinNetworkNamespace.middle")
    let linux = pod.record.configuration.linux
    do {
      try NetworkNamespace.visit(pod.paths.networkNamespace) { try linux.prepareNetworkNamespace() }
    } catch let error as KernelError {
      throw linux.refusal(of: error)
    }
  }

  func undo(_ pod: inout Pod) throws { try NetworkNamespace.unpin(pod.paths.networkNamespace) }
}
