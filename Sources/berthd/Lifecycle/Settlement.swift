import Synchronization

/// A value that several may offer and one waits for: the first offer counts.
final class Settlement<Value: Sendable>: Sendable {
  private enum State {
    case open
    case awaited(CheckedContinuation<Value, Never>)
    case settled(Value)
  }
  private let state = Mutex(State.open)

  /// Offers `value`; without effect when another was offered before.
  func settle(_ value: Value) {
    let continuation = state.withLock { state -> CheckedContinuation<Value, Never>? in
      switch state {
      case .settled: return nil
      case .open:
        state = .settled(value)
        return nil
      case .awaited(let continuation):
        state = .settled(value)
        return continuation
      }
    }
    continuation?.resume(returning: value)
  }

  /// The first value offered. To be awaited by one task.
  var value: Value {
    get async {
      await withCheckedContinuation { continuation in
        let settled = state.withLock { state -> Value? in
          switch state {
          case .settled(let value): return value
          case .open: state = .awaited(continuation)
          case .awaited: preconditionFailure("a settlement is awaited by one task")
          }
          return nil
        }
        if let settled { continuation.resume(returning: settled) }
      }
    }
  }
}
