import CLinux

/// An event that threads wait for with poll (eventfd).
public final class EventDescriptor: Sendable {
  private let descriptor: OwnedDescriptor

  /// Creates an event that has not happened.
  public init() throws(KernelError) {
    descriptor = OwnedDescriptor(try retrying("create", "eventfd") { clinux_event_create() })
  }

  /// The number to poll for reading, valid as long as this object lives.
  public var raw: CInt { descriptor.raw }

  /// Makes the descriptor readable; safe from any thread, and idempotent.
  public func signal() {
    let failed = clinux_event_signal(raw) != 0
    precondition(!failed, "the eventfd of a living object takes a signal")
  }

  /// Makes the descriptor unreadable until the next signal; idempotent.
  public func clear() {
    let failed = clinux_event_clear(raw) != 0
    precondition(!failed, "the eventfd of a living object can be read")
  }
}
