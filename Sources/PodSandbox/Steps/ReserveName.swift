import LinuxKernel

/// Makes the reservation durable: the intent is renamed into place before anything else has an effect.
///
/// The name itself is taken in memory when the request is admitted. The fsync runs beside the next steps; the networks
/// wait for it.
struct ReserveName: Step {
  let name = StepName.reserveName
  let undoWaitsFor = StepName.allCases.filter { $0 != .reserveName }

  func `do`(_ sandbox: inout SandboxContext) throws {
    let (store, id) = (sandbox.host.store, sandbox.record.id)
    try store.write(sandbox.record)
    try Failpoint.pass("do.ReserveName.middle")
    let thread = try OperationThread(name: "berth-intent")
    sandbox.intentSync = Task(executorPreference: thread) { try store.sync(id) }
  }

  func undo(_ sandbox: inout SandboxContext) async throws {
    // Whatever the fsync says, the record goes; but it must not be under way when that happens.
    _ = await sandbox.intentSync?.result
    sandbox.intentSync = nil
    try Failpoint.pass("undo.ReserveName.middle")
    try sandbox.host.store.remove(sandbox.record.id)
  }
}
