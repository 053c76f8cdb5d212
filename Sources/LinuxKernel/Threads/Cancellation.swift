/// Tells work that blocks that it is to end early: a descriptor that every wait polls beside its own.
///
/// It goes one way: what is cancelled stays so. From any thread.
public final class Cancellation: Sendable {
  private let event: EventDescriptor

  /// Creates one that is not cancelled; EMFILE or ENFILE where no descriptor is left.
  public init() throws(KernelError) { event = try EventDescriptor() }

  /// Ends the work. Idempotent; does not wait for it.
  public func cancel() { event.signal() }

  /// True once it is cancelled.
  public var isCancelled: Bool { Poll.isReadable(raw, until: .now) }

  /// The number to poll for reading (ready once it is cancelled), valid as long as this object lives; not to be read from.
  public var raw: CInt { event.raw }
}
