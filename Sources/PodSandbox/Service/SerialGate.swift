import Synchronization

/// Lets one operation at a time through, in the order of arrival.
final class SerialGate: Sendable {
  private struct State {
    var isBusy = false
    var waiting: [CheckedContinuation<Void, Never>] = []
  }

  private let state = Mutex(State())

  /// Runs `body` when all that came before have ended.
  func pass<T: Sendable>(_ body: () async throws(SandboxError) -> T) async throws(SandboxError) -> T {
    await enter()
    defer { leave() }
    return try await body()
  }

  /// Whether an operation is inside.
  var isBusy: Bool { state.withLock { $0.isBusy } }

  private func enter() async {
    await withCheckedContinuation { continuation in
      let free = state.withLock { state in
        guard state.isBusy else {
          state.isBusy = true
          return true
        }
        state.waiting.append(continuation)
        return false
      }
      if free { continuation.resume() }
    }
  }

  private func leave() {
    let next = state.withLock { state in
      if state.waiting.isEmpty {
        state.isBusy = false
        return nil as CheckedContinuation<Void, Never>?
      }
      return state.waiting.removeFirst()
    }
    next?.resume()
  }
}
