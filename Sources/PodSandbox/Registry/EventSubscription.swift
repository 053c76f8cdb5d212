import Synchronization

/// The events that one subscriber has not taken yet, in their order; for one reader.
///
/// Bounded in number and in bytes. Who falls further behind gets `dataLoss` instead of a sequence with a hole in it, and
/// nothing is kept for it any more. Iterating throws it, or ends when the daemon does or the reader's task is cancelled.
public final class EventSubscription: AsyncSequence, Sendable {
  /// What it holds.
  public typealias Element = SandboxEvent

  /// What is kept for a reader at most.
  static let maximumCount = 1024
  /// Likewise, by the text in the events.
  static let maximumBytes = 4 << 20

  fileprivate enum Outcome: Sendable {
    case event(SandboxEvent)
    case lost(Int)
    case ended
  }
  fileprivate struct State {
    var events: [SandboxEvent] = []
    var taken = 0
    var bytes = 0
    var lost = 0
    var hasEnded = false
    var reader: CheckedContinuation<Outcome, Never>?
  }
  private let state = Mutex(State())

  /// Reads what ``EventSubscription`` holds.
  public struct AsyncIterator: AsyncIteratorProtocol {
    fileprivate let subscription: EventSubscription

    /// The next event, once there is one.
    public func next() async throws(SandboxError) -> SandboxEvent? {
      switch await subscription.outcome() {
      case .event(let event): return event
      case .ended: return nil
      case .lost(let count):
        throw SandboxError(
          .dataLoss, "\(count) events were lost, because they were not read in time; list the sandboxes and begin again"
        )
      }
    }
  }

  /// Reads the events; of several iterators each event comes to one.
  public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(subscription: self) }

  /// Keeps an event for the reader, or hands it over.
  func send(_ event: SandboxEvent) {
    let reader = state.withLock { state -> CheckedContinuation<Outcome, Never>? in
      guard !state.hasEnded else { return nil }
      if let reader = state.reader.take() { return reader }
      state.keep(event)
      return nil
    }
    reader?.resume(returning: .event(event))
  }

  /// Ends the sequence after what is kept.
  func finish() {
    let reader = state.withLock { state in
      state.hasEnded = true
      return state.reader.take()
    }
    reader?.resume(returning: .ended)
  }

  private func outcome() async -> Outcome {
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let outcome = state.withLock { state -> Outcome? in
          if let outcome = state.take() { return outcome }
          state.reader = continuation
          return nil
        }
        if let outcome { continuation.resume(returning: outcome) }
      }
    } onCancel: {
      finish()
    }
  }
}

extension EventSubscription.State {
  fileprivate mutating func keep(_ event: SandboxEvent) {
    guard lost == 0, events.count - taken < EventSubscription.maximumCount,
      bytes + event.size <= EventSubscription.maximumBytes
    else {
      lost += events.count - taken + 1
      (events, taken, bytes) = ([], 0, 0)
      return
    }
    events.append(event)
    bytes += event.size
  }

  fileprivate mutating func take() -> EventSubscription.Outcome? {
    if taken < events.count {
      let event = events[taken]
      taken += 1
      bytes -= event.size
      if taken == events.count { (events, taken) = ([], 0) }
      return .event(event)
    }
    if lost > 0 { return .lost(lost) }
    return hasEnded ? .ended : nil
  }
}

extension SandboxEvent {
  /// About how much text it holds, in bytes.
  fileprivate var size: Int {
    guard let summary = status?.summary else { return sandboxID.utf8.count }
    return [summary.labels, summary.annotations].joined()
      .reduce(sandboxID.utf8.count) { $0 + $1.key.utf8.count + $1.value.utf8.count }
  }
}
