import CNI
import LinuxKernel
import Logging

extension SandboxService {
  /// Makes a ready sandbox of `configuration` and returns its id, with what was asked for and is not done.
  ///
  /// Idempotent: the same configuration joins a run in progress, and gets the id of a ready sandbox. Whatever is ending
  /// under the name is waited for. A run ends early, and is undone, when the last caller who waits for it is cancelled.
  ///
  /// - Throws: `invalidArgument`, `alreadyExists` (naming the owner), `failedPrecondition` (a port of the host is another
  ///   pod's), `unavailable` (no network is configured), or what the failed step says; then `undo` tells what was cleaned up,
  ///   and the trace is kept under `sandboxID`.
  public func run(
    _ configuration: PodSandboxConfiguration, runtimeHandler: String = ""
  ) async throws(SandboxError) -> RunOutcome {
    let features = HostFeatures.discover()
    try configuration.validate(on: features)
    let handler = try host.networks.handler(runtimeHandler)
    while true {
      switch try registry.admit(configuration, runtimeHandler: runtimeHandler, newID: host.ids.next) {
      case .exists(let outcome): return outcome
      case .join(let run): return try await run.operation.value()
      case .wait(let end):
        await end()
        if Task.isCancelled { throw SandboxError(.cancelled, "the caller went away or its deadline passed") }
      case .start(let run, let lane):
        do throws(SandboxError) {
          try begin(run.operation, on: run.id, in: lane) { [self] end in execute(run, handler, features, end) }
        } catch {
          change { $0.put(nil, at: run.id) }
          run.operation.finish(.failure(error))
          throw error
        }
        return try await run.operation.value()
      }
    }
  }

  private func execute(
    _ run: Run, _ handler: SandboxServiceConfiguration.RuntimeHandler, _ features: HostFeatures,
    _ end: @escaping End<RunOutcome>
  ) {
    // Made beside the first steps. It may precede the intent, since it needs no undo: nothing but this operation holds it.
    let linux = run.configuration.linux
    let networkNamespace = linux.makeNetworkNamespace(on: features)
    let record: SandboxRecord
    do throws(SandboxError) {
      // What is asked for may turn out not to be had: said before anything has an effect.
      if linux.asksForNetworkSysctls { try checkSysctls(networkNamespace, linux) }
      record = SandboxRecord(try intent(run, handler, features))
    } catch {
      change { $0.put(nil, at: run.id) }
      return end(.failure(error), Afterwards())
    }
    let trace = TraceRecorder(.run, sandboxID: run.id, startedAt: run.startedAt)
    var pod = host.pod(record, trace: trace)
    pod.networkNamespace = networkNamespace
    pod.cancellation = run.operation.cancellation
    pod.beginsUnattached()
    host.underWay.begin(trace, SandboxName(run.configuration.metadata))
    let looks = tableLooks
    transaction(run.id).run(steps.all, on: pod, willUndo: { run.operation.beginEnding() }) { [self] result in
      host.underWay.end(trace)
      switch result {
      case .success(let made): end(.success(publish(made, tableLooks: looks)), made.afterwards)
      case .failure(let failure): end(.failure(settle(failure, run, trace)), failure.subject.afterwards)
      }
    }
  }

  private func checkSysctls(
    _ namespace: NewNetworkNamespace?, _ linux: LinuxConfiguration
  ) throws(SandboxError) {
    do {
      _ = try namespace?.descriptor()
    } catch {
      let refusal = (error as? KernelError).map { linux.refusal(of: $0) } ?? error
      throw refusal as? SandboxError ?? SandboxError(.internal, "\(refusal)")
    }
  }

  /// All that undo will need, before anything has an effect.
  private func intent(
    _ run: Run, _ handler: SandboxServiceConfiguration.RuntimeHandler, _ features: HostFeatures
  ) throws(SandboxError) -> SandboxRecord.Intent {
    try run.configuration.linux.resources?.check(on: host.cgroups)
    let hasNetwork = run.configuration.linux.securityContext.namespaceOptions.network == .pod
    let native = handler.nativePlugins ?? host.plugins.native
    let lists = hasNetwork ? try host.networks.catalog(handler).networks(named: handler.networks) : []
    return SandboxRecord.Intent(
      id: run.id, configuration: run.configuration, runtimeHandler: run.runtimeHandler,
      networks: lists.enumerated().map { index, list in
        .init(
          interfaceName: "eth\(index)", configuration: String(decoding: list.bytes, as: UTF8.self),
          executed: native.choice(for: list).executed)
      },
      bootID: host.bootID, createdAt: run.startedAt, warnings: run.configuration.warnings(on: lists, host: features))
  }

  /// The sandbox is there for all to see, and its pause is watched.
  private func publish(_ made: Pod, tableLooks looks: Int) -> RunOutcome {
    let sandbox = Sandbox(record: made.record, pause: made.pause, attachments: made.attachments)
    change { $0.publish(sandbox) }
    if let pause = made.pause { watch(sandbox.id, pause) }
    restoreTable(of: sandbox, since: looks)
    made.afterwards.add(host.traces.keep(made.trace.snapshot(), as: .run))
    let warnings = made.record.warnings
    for warning in warnings { host.logger.warning("\(warning)", metadata: ["sandbox": "\(sandbox.id)"]) }
    return RunOutcome(id: sandbox.id, warnings: warnings)
  }

  /// After the undo: the name is free again, or the sandbox is listed, not ready, with what is left of it.
  private func settle(_ failure: TransactionFailure<Pod>, _ run: Run, _ recorder: TraceRecorder) -> SandboxError {
    let error = SandboxError(failure, givenUp: run.operation.givenUp)
    failure.subject.afterwards.add(host.traces.keep(recorder.snapshot(error: error.message), as: .failed))
    if failure.isClean {
      change { $0.put(nil, at: run.id) }
    } else {
      var left = Sandbox(
        record: failure.subject.record, pause: failure.subject.pause, attachments: failure.subject.attachments)
      left.leftovers = failure.undo.filter { $0.outcome != .ok }
      change { $0.put(.sandbox(left), at: run.id) }
    }
    return error
  }
}
