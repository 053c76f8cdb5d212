/// Writes a value as JSON text in one pass: no tree is made of it, and its keys stand in the order in which it encodes them.
///
/// For what is written often and read by ourselves. Numbers that JSON has no text for (infinite, not a number) are refused.
public struct JSONTextEncoder: Sendable {
  /// An encoder.
  public init() {}

  /// The text of a value, in one line.
  ///
  /// - Throws: `EncodingError` for a number that JSON cannot hold, and whatever the value's own `encode(to:)` throws.
  public func encode(_ value: some Encodable) throws -> [UInt8] {
    let text = OpenText()
    try text.write(value)
    return text.bytes
  }
}
