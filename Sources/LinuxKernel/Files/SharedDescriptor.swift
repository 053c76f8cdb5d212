/// A file descriptor that several owners hold, closed when the last of them ends.
public final class SharedDescriptor: Sendable {
  private let descriptor: OwnedDescriptor

  /// Takes over the descriptor.
  public init(_ descriptor: consuming OwnedDescriptor) {
    self.descriptor = descriptor
  }

  /// The number, valid as long as this object lives.
  public var raw: CInt { descriptor.raw }
}
