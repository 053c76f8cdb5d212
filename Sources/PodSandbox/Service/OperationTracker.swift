import LinuxKernel
import Synchronization

/// Knows the operations under way, so that a shutdown can wait for them.
final class OperationTracker: Sendable {
  private struct State {
    var isClosed = false
    var cancels: [Int: @Sendable () -> Void] = [:]
    var nextTicket = 0
    var idle: [CheckedContinuation<Void, Never>] = []
  }

  private let state = Mutex(State())

  /// Throws when no operation may begin any more.
  func check() throws(SandboxError) {
    if state.withLock({ $0.isClosed }) {
      throw SandboxError(.unavailable, "berthd is shutting down; try again when it is back")
    }
  }

  /// Starts the operation's work on its thread and keeps count of it.
  func start<T>(
    _ operation: SharedOperation<T>, on thread: OperationThread,
    _ body: @escaping @Sendable () async throws(SandboxError) -> T
  ) {
    let ticket = state.withLock { state in
      state.nextTicket += 1
      state.cancels[state.nextTicket] = { operation.cancel() }
      return state.nextTicket
    }
    operation.start(on: thread) { [self] () async throws(SandboxError) in
      defer { end(ticket) }
      return try await body()
    }
  }

  /// Lets nothing begin any more, waits until all has ended, and after `grace` asks the rest to end early.
  func close(grace: Duration) async {
    state.withLock { $0.isClosed = true }
    let impatience = Task {
      do { try await Task.sleep(for: grace) } catch { return }
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

  private func end(_ ticket: Int) {
    let waiting = state.withLock { state in
      state.cancels[ticket] = nil
      guard state.cancels.isEmpty else { return [] as [CheckedContinuation<Void, Never>] }
      defer { state.idle = [] }
      return state.idle
    }
    for continuation in waiting { continuation.resume() }
  }
}
