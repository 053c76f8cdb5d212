/// Bytes that are no JSON document.
public struct JSONSyntaxError: Error, Sendable, Hashable, CustomStringConvertible {
  /// What is wrong.
  public let reason: String
  /// The line of the fault, from 1.
  public let line: Int
  /// The column of the fault in bytes, from 1.
  public let column: Int

  init(_ reason: String, at offset: Int, of bytes: [UInt8]) {
    self.reason = reason
    let before = bytes.prefix(offset)
    line = before.count { $0 == UInt8(ascii: "\n") } + 1
    column = offset - (before.lastIndex(of: UInt8(ascii: "\n")) ?? -1)
  }

  /// The place and what is wrong there.
  public var description: String { "not valid JSON: line \(line), column \(column): \(reason)" }
}
