import Synchronization

/// The DELs that are owed: sandboxes that were removed by force, until their networks let go of them.
final class Debts: Sendable {
  /// One of them.
  struct Debt: Sendable {
    let sandbox: Sandbox
    var attempts = 0
    var due: SuspendingClock.Instant = .now
    let since: Int64
  }

  private static let firstPause = Duration.seconds(1)
  private static let longestPause = Duration.seconds(300)

  private struct State {
    var debts: [String: Debt] = [:]
    var collector: Task<Void, Never>?
    var isClosed = false
    var pay: @Sendable (Sandbox) async -> Bool = { _ in false }
  }

  private let state = Mutex(State())

  /// Says how one is paid; true when it is. To be called before the first one is added.
  func paid(by pay: @escaping @Sendable (Sandbox) async -> Bool) { state.withLock { $0.pay = pay } }

  /// Takes a debt on; the first attempt is due after `delay`.
  ///
  /// - Parameter since: When it came about, in nanoseconds since the epoch.
  func add(_ sandbox: Sandbox, since: Int64 = .nowSinceEpoch, after delay: Duration = Debts.firstPause) {
    state.withLock { state in
      state.debts[sandbox.id] = Debt(sandbox: sandbox, due: .now + delay, since: since)
      // A collector that sleeps for a later one must not sleep through this one.
      state.collector?.cancel()
      state.collector = state.isClosed ? nil : Task { [weak self] in await self?.collect() }
    }
  }

  /// All debts, the oldest first.
  var all: [Debt] { state.withLock { Array($0.debts.values) }.sorted { $0.since < $1.since } }

  /// Tries to pay all now, due or not.
  func payAll() async {
    for debt in all { await attempt(debt.sandbox) }
  }

  /// Tries no more; what is owed stays written down.
  func close() {
    state.withLock { state in
      state.isClosed = true
      state.collector?.cancel()
      state.collector = nil
    }
  }

  private func collect() async {
    while !Task.isCancelled, let next = all.map(\.due).min() {
      do { try await Task.sleep(until: next, clock: .suspending) } catch { return }
      for debt in all where debt.due <= .now { await attempt(debt.sandbox) }
    }
  }

  private func attempt(_ sandbox: Sandbox) async {
    let isPaid = await state.withLock({ $0.pay })(sandbox)
    state.withLock { state in
      guard !isPaid, var debt = state.debts[sandbox.id] else {
        state.debts[sandbox.id] = nil
        return
      }
      debt.attempts += 1
      let pause = Self.firstPause * (1 << min(debt.attempts, 9))
      debt.due = .now + min(pause, Self.longestPause)
      state.debts[sandbox.id] = debt
    }
  }
}
