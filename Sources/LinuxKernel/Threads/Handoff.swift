import Synchronization

/// One value, given by one thread and awaited by another.
package final class Handoff<Value: Sendable>: Sendable {
  private let value = Mutex<Value?>(nil)
  private let semaphore = Semaphore()

  package init() {}

  package func give(_ value: Value) {
    self.value.withLock { $0 = value }
    semaphore.signal()
  }

  /// Waits for the value; may be called again.
  package func take() -> Value {
    semaphore.wait()
    semaphore.signal()
    guard let value = value.withLock({ $0 }) else { preconditionFailure("signalled after the value is there") }
    return value
  }
}
