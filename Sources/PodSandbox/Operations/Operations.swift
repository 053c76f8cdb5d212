import Synchronization

/// The operations under way, so that a shutdown can wait for them.
///
/// Admission and closing are one critical section: once `close` has begun, nothing begins.
final class Operations: Sendable {
  /// One operation's place; given back with `end(_:)` exactly once.
  struct Ticket: Sendable { fileprivate let number: Int }

  private struct State {
    var isClosed = false
    var cancels: [Int: @Sendable () -> Void] = [:]
    var nextTicket = 0
    var idle: [CheckedContinuation<Void, Never>] = []
  }

  private let state = Mutex(State())

  /// Admits an operation.
  ///
  /// - Parameter cancel: Asks it to end early; called at most once, after the shutdown's grace.
  /// - Throws: `unavailable` when no operation may begin any more.
  func begin(cancel: @escaping @Sendable () -> Void) throws(SandboxError) -> Ticket {
    let ticket: Ticket? = state.withLock { state in
      guard !state.isClosed else { return nil }
      state.nextTicket += 1
      state.cancels[state.nextTicket] = cancel
      return Ticket(number: state.nextTicket)
    }
    guard let ticket else {
      throw SandboxError(.unavailable, "berthd is shutting down; try again when it is back")
    }
    return ticket
  }

  /// The operation has ended.
  func end(_ ticket: Ticket) {
    let waiting = state.withLock { state in
      state.cancels[ticket.number] = nil
      guard state.cancels.isEmpty else { return [] as [CheckedContinuation<Void, Never>] }
      defer { state.idle = [] }
      return state.idle
    }
    for continuation in waiting { continuation.resume() }
  }

  /// Lets nothing begin any more, waits until all has ended, and after `grace` asks the rest to end early.
  func close(grace: Duration) async {
    state.withLock { $0.isClosed = true }
    let impatience = Task {
      do { try await Task.sleep(for: grace, clock: .suspending) } catch { return }
      for cancel in state.withLock({ Array($0.cancels.values) }) { cancel() }
    }
    await withCheckedContinuation { continuation in
      let isIdle = state.withLock { state in
        if state.cancels.isEmpty { return true }
        state.idle.append(continuation)
        return false
      }
      if isIdle { continuation.resume() }
    }
    impatience.cancel()
  }
}
