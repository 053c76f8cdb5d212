import Synchronization

/// Hands each event to every subscriber; a slow one never holds up a sandbox.
final class EventBroadcaster: Sendable {
  private struct Subscriber {
    weak var subscription: EventSubscription?
  }
  private struct State {
    var subscribers: [Subscriber] = []
    var number: UInt64 = 0
    var hasFinished = false
  }
  private let state = Mutex(State())

  /// The events from now on, until the broadcaster finishes. A subscription that nobody has any more costs nothing.
  func subscribe() -> EventSubscription {
    let subscription = EventSubscription()
    let hasFinished = state.withLock { state in
      state.subscribers.removeAll { $0.subscription == nil }
      state.subscribers.append(Subscriber(subscription: subscription))
      return state.hasFinished
    }
    if hasFinished { subscription.finish() }
    return subscription
  }

  /// Called under the registry's lock: puts the event into the buffers and runs nobody's code.
  func send(_ event: SandboxEvent) {
    var event = event
    let subscriptions = state.withLock { state in
      state.number += 1
      event.number = state.number
      return state.subscribers.compactMap(\.subscription)
    }
    for subscription in subscriptions { subscription.send(event) }
  }

  func finish() {
    let subscriptions = state.withLock { state in
      state.hasFinished = true
      return state.subscribers.compactMap(\.subscription)
    }
    for subscription in subscriptions { subscription.finish() }
  }
}
