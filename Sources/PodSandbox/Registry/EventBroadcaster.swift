import Synchronization

/// Hands each event to every subscriber; a slow one loses the oldest, and never holds up a sandbox.
final class EventBroadcaster: Sendable {
  private static let bufferSize = 1024
  private let subscribers = Mutex<[Int: AsyncStream<SandboxEvent>.Continuation]>([:])
  private let tickets = Atomic(0)

  /// The events from now on, until the subscriber stops reading or the broadcaster finishes.
  func subscribe() -> AsyncStream<SandboxEvent> {
    let ticket = tickets.add(1, ordering: .relaxed).newValue
    let (stream, continuation) = AsyncStream<SandboxEvent>.makeStream(
      bufferingPolicy: .bufferingNewest(Self.bufferSize))
    continuation.onTermination = { [weak self] _ in
      self?.subscribers.withLock { _ = $0.removeValue(forKey: ticket) }
    }
    subscribers.withLock { $0[ticket] = continuation }
    return stream
  }

  /// Called under the registry's lock: puts the event into the buffers and runs nobody's code.
  func send(_ event: SandboxEvent) {
    for continuation in subscribers.withLock({ Array($0.values) }) { continuation.yield(event) }
  }

  func finish() {
    for continuation in subscribers.withLock({ Array($0.values) }) { continuation.finish() }
  }
}
