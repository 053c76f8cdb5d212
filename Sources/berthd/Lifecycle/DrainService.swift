import Logging
import ServiceLifecycle

/// Does nothing until the daemon is to end; then lets no request in and waits for the operations in progress.
///
/// Its place in the group is after the server, so that it is shut down first: while it waits, new requests still get their
/// `unavailable`.
struct DrainService: Service {
  let gate: AdmissionGate
  let notifier: ServiceNotifier
  /// How long operations may take to finish; then they are cancelled and undone.
  let patience: Duration
  /// All the time there is, from the signal on.
  let grace: Duration
  let logger: Logger
  /// Refuses new operations and waits for those under way; after the time given it undoes what can be undone.
  let endOperations: @Sendable (Duration) async -> Void

  func run() async throws {
    do { try await gracefulShutdown() } catch { return }
    do { try notifier.stopping() } catch { logger.debug("systemd was not told", metadata: ["error": "\(error)"]) }
    gate.drain()
    let finished = Settlement<Bool>()
    let abort = Task { [gate, patience] in
      do { try await Task.sleep(for: patience) } catch { return }
      gate.abort()
    }
    Task { [gate, patience, endOperations] in
      await endOperations(patience)
      await gate.waitUntilIdle()
      finished.settle(true)
    }
    Task { [grace] in
      do { try await Task.sleep(for: grace) } catch { return }
      finished.settle(false)
    }
    if await !finished.value {
      logger.warning("operations are still in progress after the grace time; the next start finishes them")
    }
    abort.cancel()
  }
}
