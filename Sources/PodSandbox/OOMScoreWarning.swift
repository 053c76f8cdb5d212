import Logging
import Synchronization
import SystemPackage

/// Says once that pauses do not get their oom_score_adj here.
final class OOMScoreWarning: Sendable {
  private let logger: Logger
  private let isSaid = Atomic(false)

  init(logger: Logger) { self.logger = logger }

  func warn(_ reason: Errno) {
    guard !isSaid.exchange(true, ordering: .relaxed) else { return }
    logger.warning(
      "pauses keep the daemon's oom_score_adj, so the kernel may kill them before their containers: setting it to -998 needs CAP_SYS_RESOURCE",
      metadata: ["error": "\(reason)"])
  }
}
