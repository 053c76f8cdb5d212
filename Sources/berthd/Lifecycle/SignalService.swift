import Glibc
import Logging
import ServiceLifecycle
import Synchronization
import UnixSignals

/// Ends the daemon on TERM and INT: the first one gracefully, a second one at once with status 1.
///
/// After the second the next start cleans up what was under way. It stays on duty until all other services have ended.
final class SignalService: Service {
  private let logger: Logger
  private let group = Mutex<ServiceGroup?>(nil)

  init(logger: Logger) { self.logger = logger }

  /// Says which group to end. To be called before it runs.
  func ends(_ group: ServiceGroup) { self.group.withLock { $0 = group } }

  /// Ends the group without a signal: the daemon cannot go on.
  func end() {
    let group = self.group.withLock { $0 }
    Task { await group?.triggerGracefulShutdown() }
  }

  func run() async throws {
    let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint)
    await cancelWhenGracefulShutdown { [self] in
      var isFirst = true
      for await signal in signals {
        guard isFirst else {
          logger.warning("second signal; ending at once", metadata: ["signal": "\(signal)"])
          _exit(1)
        }
        isFirst = false
        logger.notice("shutting down; sandboxes live on", metadata: ["signal": "\(signal)"])
        let group = self.group.withLock { $0 }
        await group?.triggerGracefulShutdown()
      }
    }
  }
}
