import LinuxKernel

extension SandboxService {
  /// What is left of sandboxes that could not be cleaned up, and of records that cannot be used. From memory.
  public func leftovers() -> [Leftover] {
    let now = SuspendingClock.now
    return registry.read { $0.places.values.compactMap { Leftover($0.entry, now: now) } }
      .sorted { ($0.kind.order, $0.since, $0.sandboxID) < ($1.kind.order, $1.since, $1.sandboxID) }
  }
}

extension Leftover {
  /// `nil` for what leaves nothing behind.
  init?(_ entry: Entry, now: SuspendingClock.Instant) {
    switch entry {
    case .run, .collecting: return nil
    case .sandbox(let sandbox):
      guard !sandbox.leftovers.isEmpty else { return nil }
      self.init(
        kind: .sandbox, sandboxID: sandbox.id, name: "\(sandbox.record.name)", steps: sandbox.leftovers,
        reason: sandbox.leftovers.compactMap(\.error).first ?? "", since: sandbox.record.intent.createdAt, attempts: 0,
        nextAttempt: nil)
    case .owed(let debt):
      let reason: String =
        switch debt.reason {
        case .networks: debt.sandbox.leftovers.compactMap(\.error).first ?? "not tried yet since berthd started"
        case .step(let step): "\(step.rawValue) has not come back from the kernel; it is undone when it does"
        }
      self.init(
        kind: .owed, sandboxID: debt.sandbox.id, name: "\(debt.sandbox.record.name)", steps: debt.sandbox.leftovers,
        reason: reason, since: debt.since, attempts: debt.attempts,
        nextAttempt: debt.due.map { .nowSinceEpoch + max(.zero, $0 - now).nanoseconds })
    case .quarantined(let file):
      self.init(
        kind: .quarantined, sandboxID: file.id, name: file.name.map { "\($0)" } ?? "", steps: [],
        reason: "\(file.path): \(file.reason)", since: 0, attempts: 0, nextAttempt: nil)
    }
  }
}

extension Leftover.Kind {
  fileprivate var order: Int {
    switch self {
    case .sandbox: 0
    case .owed: 1
    case .quarantined: 2
    }
  }
}
