import CNI
import LinuxKernel

extension SandboxService {
  /// Makes a ready sandbox of `configuration` and returns its id.
  ///
  /// Idempotent: the same configuration joins a run in progress, and gets the id of a ready sandbox. Whatever is ending
  /// under the name is waited for. A run ends early, and is undone, when the last caller who waits for it is cancelled.
  ///
  /// - Throws: `invalidArgument`, `alreadyExists` (naming the owner), `unavailable` (no network is configured), or what
  ///   the failed step says; then `undo` tells what was cleaned up, and the trace is kept under `sandboxID`.
  public func run(
    _ configuration: PodSandboxConfiguration, runtimeHandler: String = ""
  ) async throws(SandboxError) -> String {
    try configuration.validate()
    let handler = try host.handler(runtimeHandler)
    // Before the name: where there is none to be had, nothing has begun.
    let thread = try host.operationThread()
    while true {
      try operations.check()
      let ids = host.ids
      switch try registry.admit(configuration, runtimeHandler: runtimeHandler, newID: { ids.next() }) {
      case .exists(let id): return id
      case .join(let run): return try await run.operation.value()
      case .wait(let end):
        await end()
        if Task.isCancelled { throw SandboxError(.cancelled, "the caller went away or its deadline passed") }
      case .start(let run):
        operations.start(run.operation, on: thread) { [self] () async throws(SandboxError) in
          try await execute(run, handler, on: thread)
        }
        return try await run.operation.value()
      }
    }
  }

  private func execute(
    _ run: SandboxRegistry.Run, _ handler: SandboxServiceConfiguration.RuntimeHandler, on thread: OperationThread
  ) async throws(SandboxError) -> String {
    let name = SandboxName(run.configuration.metadata)
    let transaction = SandboxTransaction<SandboxContext>(thread: thread, timer: host.timer)
    // Made beside the first steps. It may precede the intent, since it needs no undo: nothing but this operation holds it.
    let networkNamespace = run.configuration.linux.makeNetworkNamespace()
    let record: SandboxRecord
    do throws(SandboxError) {
      record = try await intent(run, handler)
    } catch {
      registry.release(name)
      throw error
    }
    let trace = TraceRecorder(.run, sandboxID: run.id, startedAt: run.startedAt)
    var context = SandboxContext(record: record, host: host, trace: trace)
    context.networkNamespace = networkNamespace
    do throws(TransactionFailure<SandboxContext>) {
      let made = try await transaction.run(Steps.all, on: context) { run.operation.beginEnding() }
      publish(made)
      return run.id
    } catch {
      throw settle(error, trace, name)
    }
  }

  /// All that undo will need, before anything has an effect.
  private func intent(
    _ run: SandboxRegistry.Run, _ handler: SandboxServiceConfiguration.RuntimeHandler
  ) async throws(SandboxError) -> SandboxRecord {
    var record = SandboxRecord(
      id: run.id, configuration: run.configuration, runtimeHandler: run.runtimeHandler, networks: [],
      bootID: host.bootID, createdAt: run.startedAt, stage: .creating)
    guard record.hasNetworkNamespace else { return record }
    let paths = SandboxPaths(record, host)
    let capabilities = try CapabilityArguments.make(run.configuration, cgroupPath: paths.cgroup.path)
    record.networks = try await host.catalog(handler).networks(named: handler.networks).enumerated().map {
      index, list in
      SandboxRecord.Network(
        attachment: Attachment(
          containerID: run.id, networkNamespace: paths.networkNamespace, interfaceName: "eth\(index)",
          arguments: record.cniArguments, capabilityArguments: capabilities),
        configuration: String(decoding: list.bytes, as: UTF8.self), result: nil)
    }
    return record
  }

  private func publish(_ made: SandboxContext) {
    var record = made.record
    // The one on the disk was written inside Commit and cannot know how long that took.
    record.trace = made.trace.snapshot()
    let sandbox = Sandbox(Sandbox.State(record: record, pause: made.pause))
    registry.publish(sandbox)
    emit(.created, sandbox)
    emit(.started, sandbox)
    if let pause = made.pause { watch(sandbox, pause) }
  }

  /// After the undo: the name is free again, or the sandbox is listed, not ready, with what is left of it.
  private func settle(
    _ failure: TransactionFailure<SandboxContext>, _ recorder: TraceRecorder, _ name: SandboxName
  ) -> SandboxError {
    let error = SandboxError(failure)
    let trace = recorder.snapshot(error: error.message)
    failedTraces.keep(trace)
    if failure.isClean {
      registry.release(name)
    } else {
      var state = Sandbox.State(record: failure.sandbox.record, pause: failure.sandbox.pause)
      state.leftovers = failure.undo.filter { $0.outcome != .ok }
      state.lastTrace = trace
      registry.publish(Sandbox(state))
    }
    return error
  }
}
