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
    guard let id = try registry.find(id)?.id else { return [] }
    let operation = try Operation<[StepReport]>(on: id, endsWhenAbandoned: false)
    try begin(operation, on: id, in: registry.lane(id)) { [self] end in stop(id, .stop, end) }
    return try await operation.value()
  }

  /// Stops what is not stopped yet; in the sandbox's lane.
  func stop(_ id: String, _ name: Trace.Operation, _ end: @escaping End<[StepReport]>) {
    // A Remove may have come first.
    guard let sandbox = registry.sandbox(id), sandbox.record.stage != .stopped else {
      return end(.success([]), Afterwards())
    }
    undo(sandbox, name, steps.untilStop) { [self] after, reports, error, afterwards in
      if let error {
        settle(after)
        return end(.failure(error), afterwards)
      }
      var stopped = after
      stopped.record.stage = .stopped
      let settled = stopped
      write(.stopped, of: id) { [self] in
        settle(settled)
        end(.success(reports), afterwards)
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
    guard let id = try registry.find(id)?.id else { return [] }
    let operation = try Operation<[StepReport]>(on: id, endsWhenAbandoned: false)
    try begin(operation, on: id, in: registry.lane(id)) { [self] end in
      registry.change(id) { $0.removal = operation }
      remove(id, .remove, end)
    }
    return try await operation.value()
  }

  /// Removes what is there; in the sandbox's lane.
  func remove(_ id: String, _ name: Trace.Operation, _ end: @escaping End<[StepReport]>) {
    guard let sandbox = registry.sandbox(id) else { return end(.success([]), Afterwards()) }
    let list = sandbox.record.stage == .stopped ? steps.afterStop : steps.all
    undo(sandbox, name, list) { [self] after, reports, error, afterwards in
      settle(after)
      guard let error else {
        change { $0.remove(after) }
        afterwards.add { [self] in host.traces.forget(id) }
        return end(.success(reports), afterwards)
      }
      registry.change(id) { $0.removal = nil }
      end(.failure(error), afterwards)
    }
  }

  /// Undoes steps of a sandbox, whoever asks; in its lane.
  ///
  /// - Parameter then: Gets the sandbox as the undo left it, and the error for whoever asked when something is left.
  func undo(
    _ sandbox: Sandbox, _ operation: Trace.Operation, _ list: Steps.List,
    then: @escaping @Sendable (Sandbox, [StepReport], SandboxError?, Afterwards) -> Void
  ) {
    let trace = TraceRecorder(operation, sandboxID: sandbox.id)
    var pod = host.pod(sandbox.record, trace: trace)
    pod.pause = sandbox.pause
    pod.attachments = sandbox.attachments
    pod.mayHaveOrphans = sandbox.mayHaveOrphans
    // From here on an exiting pause is our doing.
    sandbox.exitWatch?.cancel()
    host.underWay.begin(trace, sandbox.record.name)
    transaction(sandbox.id).undo(list, of: pod) { [self] pod, reports in
      host.underWay.end(trace)
      let leftovers = reports.filter { $0.outcome != .ok }
      let error = leftovers.isEmpty ? nil : SandboxError(leftovers, operation, sandbox.id, reports)
      var after = sandbox
      after.record = pod.record
      after.pause = pod.pause
      after.exitWatch = nil
      after.attachments = pod.attachments
      after.leftovers = leftovers
      after.mayHaveOrphans = sandbox.mayHaveOrphans && error != nil
      // Of a sandbox that is gone nobody asks how it went.
      if operation != .remove || error != nil {
        pod.afterwards.add(host.traces.keep(trace.snapshot(error: error?.message), as: .last))
      }
      then(after, reports, error, pod.afterwards)
    }
  }

  /// Publishes what an undo made of a sandbox; a pause that still lives is watched again.
  private func settle(_ after: Sandbox) {
    registry.change(after.id) { current in
      let (removal, drift) = (current.removal, current.drift)
      current = after
      (current.removal, current.drift) = (removal, drift)
    }
    if let pause = after.pause { watch(after.id, pause) }
  }

  /// Adds a line to a record, and goes on whatever the disk says, or when it says nothing. Everything that the line tells is
  /// done; at worst recovery does the idempotent rest once more.
  private func write(_ event: RecordLine.Event, of id: String, then: @escaping @Sendable () -> Void) {
    let limit = host.configuration.stepTimeout
    Watchdog.run(until: .now + limit, host.watcher) {
      Result { try host.store.note(id, event) }
    } then: { [host] result in
      if let fault = Self.fault(of: result, after: limit) {
        host.logger.warning("the record does not say \(event.rawValue): \(fault)", metadata: ["sandbox": "\(id)"])
      }
      then()
    }
  }

  /// Why a line was not written; `nil` when it was.
  static func fault(of result: Result<Void, any Error>?, after limit: Duration) -> String? {
    switch result {
    case .success?: nil
    case .failure(let error)?: "\(error)"
    case nil: "the disk has not answered for \(limit)"
    }
  }
}
