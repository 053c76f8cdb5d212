import LinuxKernel
import Logging

extension SandboxService {
  /// Ends the sandbox's pause, detaches its networks, removes its namespace and frees its IP. The record and the files
  /// stay until Remove.
  ///
  /// Idempotent; a sandbox that is not found or stopped already is success. Once begun it is not cancelled: a caller that
  /// goes away leaves it running.
  ///
  /// - Returns: How each step's undo went, newest step first; empty when there was nothing to do.
  /// - Throws: When something could not be undone, with the plugin's or the kernel's words; calling again tries again.
  @discardableResult
  public func stop(_ id: String) async throws(SandboxError) -> [StepReport] {
    guard let sandbox = try registry.find(id) else { return [] }
    return try await detached(on: sandbox) { [self] (thread) async throws(SandboxError) in
      try await sandbox.gate.pass { () async throws(SandboxError) in
        let current = sandbox.current
        // A Remove may have come first.
        guard current.record.stage != .stopped, !current.isRemoved else { return [] }
        return try await release(sandbox, .stop, on: thread)
      }
    }
  }

  /// Stops the sandbox if need be, and removes its files, its record and its name.
  ///
  /// Idempotent; not found is success. Not cancelled, as Stop.
  ///
  /// - Returns: How each step's undo went, newest step first.
  /// - Throws: When something could not be undone; the record stays, and calling again tries again.
  @discardableResult
  public func remove(_ id: String) async throws(SandboxError) -> [StepReport] {
    guard let sandbox = try registry.find(id) else { return [] }
    try operations.check()
    let removal = SharedOperation<[StepReport]>(on: sandbox.id, endsWhenAbandoned: false)
    let thread = try host.operationThread(for: sandbox.id)
    operations.start(removal, on: thread) { [self] () async throws(SandboxError) in
      try await sandbox.gate.pass { () async throws(SandboxError) in
        guard !sandbox.current.isRemoved else { return [] }
        sandbox.withState { $0.removal = removal }
        defer { sandbox.withState { $0.removal = nil } }
        return try await release(sandbox, .remove, on: thread)
      }
    }
    return try await removal.value()
  }

  /// Undoes what Stop or Remove undoes; the caller holds the gate.
  func release(
    _ sandbox: Sandbox, _ operation: Trace.Operation, on thread: OperationThread
  ) async throws(SandboxError) -> [StepReport] {
    let before = sandbox.current
    let transaction = SandboxTransaction<SandboxContext>(thread: thread, timer: host.timer)
    let trace = TraceRecorder(operation, sandboxID: sandbox.id)
    var context = SandboxContext(record: before.record, host: host, trace: trace, pause: before.pause)
    context.mayHaveOrphans = before.mayHaveOrphans
    let steps = operation != .stop ? (before.record.stage == .stopped ? Steps.removed : Steps.all) : Steps.stopped
    // From here on an exiting pause is our doing.
    before.exitWatch?.cancel()
    let (after, reports) = await transaction.undo(steps, of: context)
    let leftovers = reports.filter { $0.outcome != .ok }
    let error = leftovers.isEmpty ? nil : SandboxError(leftovers, operation, sandbox.id, reports)
    sandbox.withState { state in
      state.record = after.record
      state.pause = after.pause
      state.exitWatch = nil
      state.leftovers = leftovers
      state.lastTrace = trace.snapshot(error: error?.message)
      state.mayHaveOrphans = state.mayHaveOrphans && error != nil
    }
    try await conclude(sandbox, operation, wasReady: before.sandboxState == .ready, error, transaction)
    return reports
  }

  private func conclude(
    _ sandbox: Sandbox, _ operation: Trace.Operation, wasReady: Bool, _ error: SandboxError?,
    _ transaction: SandboxTransaction<SandboxContext>
  ) async throws(SandboxError) {
    if wasReady { emit(.stopped, sandbox) }
    if let error {
      if let pause = sandbox.current.pause { watch(sandbox, pause) }
      throw error
    }
    guard operation == .stop else {
      let isNews = sandbox.withState { state in
        defer { state.isRemoved = true }
        return !state.isRemoved
      }
      registry.remove(sandbox)
      if isNews { emit(.deleted, sandbox) }
      return
    }
    let record = sandbox.current.record
    sandbox.withState { $0.record.stage = .stopped }
    do {
      try await mark(record, .stopped, durable: false, by: transaction)
    } catch {
      // Everything is released; at worst recovery runs the idempotent stop once more.
      host.logger.warning("the record still says stopping: \(error)", metadata: ["sandbox": "\(sandbox.id)"])
    }
  }

  /// Marks a record away from the cooperative pool, and does not wait for ever for the disk.
  func mark(
    _ record: SandboxRecord, _ stage: SandboxRecord.Stage, durable: Bool,
    by transaction: SandboxTransaction<SandboxContext>
  ) async throws(SandboxError) {
    let (store, limit) = (host.store, host.configuration.stepTimeout)
    do {
      let result = await transaction.block(for: limit) { Result { try store.mark(record, stage, durable: durable) } }
      guard let result else {
        throw SandboxError(
          .deadlineExceeded, "rename \(store.path(of: record.id)): the disk has not answered for \(limit)")
      }
      try result.get()
    } catch {
      throw error as? SandboxError ?? SandboxError(.internal, "\(error)", sandboxID: record.id)
    }
  }

  /// Runs `body` to its end even if the caller is cancelled, who then stops waiting.
  func detached<T: Sendable>(
    on sandbox: Sandbox, _ body: @escaping @Sendable (OperationThread) async throws(SandboxError) -> T
  ) async throws(SandboxError) -> T {
    try operations.check()
    let thread = try host.operationThread(for: sandbox.id)
    let operation = SharedOperation<T>(on: sandbox.id, endsWhenAbandoned: false)
    operations.start(operation, on: thread) { () async throws(SandboxError) in try await body(thread) }
    return try await operation.value()
  }
}
