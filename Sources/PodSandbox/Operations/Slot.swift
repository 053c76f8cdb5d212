import Synchronization

/// The one flag between a step and its watchdog: either the step hands its outcome over, or the watchdog closes the slot and
/// the operation goes on without it. Whoever comes second knows it.
final class Slot: Sendable {
  private let isTaken = Atomic(false)

  /// True for the first who asks.
  func take() -> Bool { !isTaken.exchange(true, ordering: .acquiringAndReleasing) }
}
