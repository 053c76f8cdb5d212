/// Why bytes are not JSON that this library reads, and where.
public struct JSONError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The offset of the byte that is wrong, from 0; the number of bytes when the document ends too early.
  public let offset: Int
  /// The line in which reading stopped, from 1.
  public let line: Int
  /// The column in which reading stopped, in bytes from 1: behind the byte that is wrong, which has been read by then (as Go
  /// counts).
  public let column: Int
  /// What is wrong there.
  public let reason: String

  init(_ reason: String, at offset: Int, of bytes: [UInt8]) {
    self.offset = offset
    self.reason = reason
    let before = bytes.prefix(offset)
    line = before.count { $0 == UInt8(ascii: "\n") } + 1
    let read = min(offset + 1, bytes.count)
    column = read - (before.lastIndex(of: UInt8(ascii: "\n")) ?? -1)
  }

  /// The place and the reason.
  public var description: String { "invalid JSON at line \(line), column \(column): \(reason)" }
}
