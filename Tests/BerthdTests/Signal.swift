import Synchronization

/// How long a test waits for what should come at once: on a busy machine it still comes, and when it does not, the test fails.
let patience = Duration.seconds(20)

/// Something that a test waits for. It comes once; any number may wait for it, each for so long only. What goes wrong with it
/// fails the test that waits, never the process: no waiting without end, no precondition.
final class Signal<Value: Sendable>: Sendable {
  private struct State {
    var value: Value?
    var waiters: [Int: CheckedContinuation<Value?, Never>] = [:]
    var givenUp: Set<Int> = []
    var nextNumber = 0
  }
  private let state = Mutex(State())

  /// Gives the value to all who wait and will wait; without effect when another was given before.
  func send(_ value: Value) {
    let waiters = state.withLock { state -> [CheckedContinuation<Value?, Never>] in
      guard state.value == nil else { return [] }
      state.value = value
      defer { state.waiters = [:] }
      return Array(state.waiters.values)
    }
    for waiter in waiters { waiter.resume(returning: value) }
  }

  /// The value, once it is there. Throws when it does not come in time and when the task is cancelled.
  func value(within limit: Duration = patience) async throws -> Value {
    let number = state.withLock { state in
      state.nextNumber += 1
      return state.nextNumber
    }
    let alarm = Task {
      do { try await Task.sleep(for: limit) } catch { return }
      giveUp(number)
    }
    defer { alarm.cancel() }
    let value = await withTaskCancellationHandler {
      await withCheckedContinuation { wait(number, $0) }
    } onCancel: {
      giveUp(number)
    }
    guard let value else { throw TestFailure("what was waited for did not come within \(limit)") }
    return value
  }

  private func wait(_ number: Int, _ continuation: CheckedContinuation<Value?, Never>) {
    let isOver = state.withLock { state in
      if state.value == nil && !state.givenUp.contains(number) {
        state.waiters[number] = continuation
        return false
      }
      return true
    }
    if isOver { continuation.resume(returning: state.withLock { $0.value }) }
  }

  private func giveUp(_ number: Int) {
    let waiter = state.withLock { state in
      state.givenUp.insert(number)
      return state.waiters.removeValue(forKey: number)
    }
    waiter?.resume(returning: nil)
  }
}

extension Signal where Value == Void {
  /// It has come.
  func send() { send(()) }

  /// Waits as work does that a cancellation does not end.
  func valueUncancelled() async { await Task { try? await value() }.value }
}

/// Waits for something that knows no cancellation, for so long only.
func soon<T: Sendable>(
  within limit: Duration = patience, _ body: @escaping @Sendable () async -> T
) async throws -> T {
  let signal = Signal<T>()
  Task { signal.send(await body()) }
  return try await signal.value(within: limit)
}
