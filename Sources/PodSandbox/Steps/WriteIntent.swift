import LinuxKernel

/// Writes the intent down before anything else has an effect.
///
/// The name itself is taken in memory when the request is admitted. Where plugins are to be executed, whose work may outlive
/// this boot, the intent must be on the disk before: its fsync runs beside the next steps, and the networks wait for it.
struct WriteIntent: Step {
  let name = StepName.writeIntent
  let undoWaitsFor = StepName.allCases.filter { $0 != .writeIntent }
  let store: SandboxStore
  let syncer: Syncer
  let limit: Duration

  func timeLimit(of pod: Pod) -> Duration { limit }

  func `do`(_ pod: inout Pod) throws {
    try store.create(pod.record.intent)
    try Failpoint.pass("do.WriteIntent.middle")
    if pod.record.executesPlugins { pod.intentSync = syncer.sync(store.path(of: pod.record.id)) }
  }

  func undo(_ pod: inout Pod) throws {
    pod.intentSync = nil
    try Failpoint.pass("undo.WriteIntent.middle")
    if let remains = try store.remove(pod.record.id) { pod.afterwards.add { withExtendedLifetime(remains) {} } }
  }
}
