import Synchronization

/// One value, given by one thread and awaited by another.
final class Handoff<Value: Sendable>: Sendable {
  private let value = Mutex<Value?>(nil)
  private let semaphore = Semaphore()

  func give(_ value: Value) {
    self.value.withLock { $0 = value }
    semaphore.signal()
  }

  /// To be called once.
  func take() -> Value {
    semaphore.wait()
    guard let value = value.withLock({ $0 }) else { preconditionFailure("signalled after the value is there") }
    return value
  }
}
