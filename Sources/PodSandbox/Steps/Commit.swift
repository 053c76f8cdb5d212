import Glibc
import LinuxKernel

/// Lets pause outlive the daemon and adds the outcome to the record: the end of its line is the commit point.
///
/// A kill between the two leaves `creating` with a living pause, which undo finds by its cgroup; so a record that says
/// `ready` with a dead pause always means a pause that died afterwards.
struct Commit: Step {
  let name = StepName.commit
  let undoWaitsFor: [StepName] = []

  func `do`(_ sandbox: inout SandboxContext) throws {
    guard let pause = sandbox.pause, let uncommitted = sandbox.uncommitted else {
      throw SandboxError(.internal, "no pause to commit")
    }
    try uncommitted.commit()
    try Failpoint.pass("do.Commit.middle")
    var record = sandbox.record
    let commitment = SandboxRecord.Commitment(
      results: record.networks.map(\.result),
      outcome: SandboxRecord.Outcome(
        pause: pause.identity, ip: sandbox.addresses.first ?? "",
        additionalIPs: Array(sandbox.addresses.dropFirst()),
        networkNamespace: try sandbox.networkNamespaceIdentity()),
      trace: sandbox.trace.snapshot())
    try sandbox.host.store.commit(record.id, commitment)
    _ = record.commit(commitment)
    sandbox.record = record
    sandbox.uncommitted = nil
  }

  /// Says on the disk that a stop has begun, so that recovery finishes it, and takes pause its right to live. Not fsynced:
  /// only a reboot could lose it, and after one nothing is ready.
  func undo(_ sandbox: inout SandboxContext) throws {
    guard sandbox.record.stage == .ready else { return }
    try sandbox.host.store.mark(sandbox.record, .stopping, durable: false)
    sandbox.record.stage = .stopping
    // It ends while the plugins are at work; StartPause's undo waits for it. Where its network namespace is no longer
    // mounted, DEL still needs it alive.
    let path = sandbox.paths.networkNamespace
    guard let pause = sandbox.pause, !sandbox.record.hasNetworkNamespace || NetworkNamespace.isPinned(path) else {
      return
    }
    if !pause.hasExited { try pause.signal(SIGKILL) }
  }
}
