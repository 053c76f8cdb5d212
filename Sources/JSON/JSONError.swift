/// Why bytes are not JSON that this library reads, and where.
public struct JSONError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The offset of the byte at which reading ended, from 0.
  public let offset: Int
  /// What is wrong there.
  public let reason: String

  /// The reason and the offset.
  public var description: String { "invalid JSON at byte \(offset): \(reason)" }
}
