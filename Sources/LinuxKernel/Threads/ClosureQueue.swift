import Synchronization

/// Closures that one thread runs in their order.
final class ClosureQueue: Sendable {
  private struct State {
    var closures: [@Sendable () -> Void] = []
    var isClosed = false
  }

  private let state = Mutex(State())
  private let semaphore = Semaphore()

  /// False when the queue is closed: the closure will not run.
  func append(_ closure: @escaping @Sendable () -> Void) -> Bool {
    let accepted = state.withLock { state in
      guard !state.isClosed else { return false }
      state.closures.append(closure)
      return true
    }
    if accepted { semaphore.signal() }
    return accepted
  }

  /// Lets `run` return after what was appended before; idempotent.
  func close() {
    let isFirst = state.withLock { state in
      defer { state.isClosed = true }
      return !state.isClosed
    }
    if isFirst { semaphore.signal() }
  }

  /// The thread's loop: returns when the queue is closed and empty.
  func run() {
    while true {
      semaphore.wait()
      var (batch, isClosed) = state.withLock { state in
        defer { state.closures.removeAll() }
        return (state.closures, state.isClosed)
      }
      batch.reverse()
      // Each closure is released right after its run: it may hold the last reference to this queue's owner.
      while let closure = batch.popLast() { closure() }
      if isClosed { return }
    }
  }
}
