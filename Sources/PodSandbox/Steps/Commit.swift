import Glibc
import LinuxKernel
import Logging

/// Lets pause outlive the daemon and adds the outcome to the record: the end of its line is the commit point.
///
/// A kill between the two leaves an intent with a living pause, which undo finds by its cgroup; so a record that says
/// `ready` with a dead pause always means a pause that died afterwards.
struct Commit: Step {
  let name = StepName.commit
  let undoWaitsFor: [StepName] = []
  let store: SandboxStore
  let logger: Logger
  let limit: Duration

  func timeLimit(of pod: Pod) -> Duration { limit }

  func `do`(_ pod: inout Pod) throws {
    let pause = try pod.awaitPause()
    let outcome = SandboxRecord.Outcome(
      pause: pause.process.identity, ip: pod.addresses.first ?? "", additionalIPs: Array(pod.addresses.dropFirst()),
      networkNamespace: try pod.networkNamespaceIdentity(), results: pod.results, warnings: pod.warnings)
    try pause.commit()
    try Failpoint.pass("do.Commit.middle")
    // Unless plugins were executed, what outlives the boot bears the id, and nothing has to be known after it.
    try store.commit(pod.record.id, outcome, durable: pod.record.executesPlugins)
    pod.record.outcome = outcome
    pod.record.stage = .ready
    pod.uncommitted = nil
  }

  /// Says in the record that a stop has begun, so that recovery finishes it, and takes pause its right to live. A line that
  /// the disk does not take holds up no stop: at worst recovery finds a sandbox whose pause is gone.
  func undo(_ pod: inout Pod) throws {
    guard pod.record.stage == .ready else { return }
    do {
      try store.note(pod.record.id, .stopping)
    } catch {
      logger.warning("the record still says ready: \(error)", metadata: ["sandbox": "\(pod.record.id)"])
    }
    pod.record.stage = .stopping
    // It ends while the plugins are at work; StartPause's undo waits for it. Where its network namespace is no longer
    // mounted, DEL still needs it alive.
    let path = pod.paths.networkNamespace
    guard let pause = pod.pause, !pod.record.hasNetworkNamespace || NetworkNamespace.isPinned(path) else { return }
    if !pause.hasExited { try pause.signal(SIGKILL) }
  }
}
