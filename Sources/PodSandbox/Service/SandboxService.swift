import LinuxKernel
public import Logging
import Synchronization

/// The pod sandboxes of this host that one daemon keeps: run, stop, remove, list, status.
///
/// Operations on one sandbox are serial, those on different ones run in parallel. Needs root. One service at a time may
/// use a root and a state directory; a lock in each sees to it.
public final class SandboxService: Sendable {
  let host: SandboxHost
  let registry = SandboxRegistry()
  let broadcaster = EventBroadcaster()
  let failedTraces: FailedTraces
  let operations = OperationTracker()
  let debts = Debts()
  /// One collection at a time.
  let garbageGate = SerialGate()

  /// Takes the directories, and recovers: every sandbox of an earlier daemon is adopted or cleaned up when this returns.
  ///
  /// - Throws: `failedPrecondition` when another daemon has the directories, or when the host lacks what is needed.
  public init(_ configuration: SandboxServiceConfiguration, logger: Logger) async throws(SandboxError) {
    do {
      host = try SandboxHost(configuration, logger: logger)
    } catch let error as SandboxError {
      throw error
    } catch {
      throw SandboxError(.failedPrecondition, "\(error)")
    }
    failedTraces = FailedTraces(limit: configuration.failedTraces)
    debts.paid { [weak self] sandbox in await self?.pay(sandbox) ?? false }
    try await recover()
  }

  /// Events from now on: created, started, stopped (also when a pause dies by itself), deleted.
  ///
  /// A subscriber that falls more than 1024 events behind loses the oldest.
  public func events() -> AsyncStream<SandboxEvent> { broadcaster.subscribe() }

  /// Refuses new operations, waits for those under way, after `grace` undoes the runs among them. Sandboxes live on.
  public func shutdown(grace: Duration) async {
    debts.close()
    await operations.close(grace: grace)
    broadcaster.finish()
    host.shutdown()
  }

  func emit(_ kind: SandboxEvent.Kind, _ sandbox: Sandbox) {
    broadcaster.send(
      SandboxEvent(
        sandboxID: sandbox.id, kind: kind, createdAt: .nowSinceEpoch,
        status: kind == .deleted ? nil : sandbox.current.status))
  }

  /// Sees to it that the sandbox turns not ready the moment its pause exits.
  func watch(_ sandbox: Sandbox, _ pause: ProcessHandle) {
    do {
      let registration = try host.exits.watch(pause) { [weak self] in self?.pauseExited(sandbox, pause) }
      sandbox.withState { if $0.pause != nil { $0.exitWatch = registration } }
    } catch {
      host.logger.error(
        "the exit of its pause will not be noticed: \(error)", metadata: ["sandbox": "\(sandbox.id)"])
    }
  }

  private func pauseExited(_ sandbox: Sandbox, _ pause: ProcessHandle) {
    pause.reap()
    let died = sandbox.withState { state in
      state.exitWatch = nil
      guard state.pause != nil else { return false }
      state.pause = nil
      return state.record.stage == .ready
    }
    guard died else { return }
    host.logger.warning(
      "pause exited by itself; the sandbox is not ready", metadata: ["sandbox": "\(sandbox.id)"])
    emit(.stopped, sandbox)
  }
}
