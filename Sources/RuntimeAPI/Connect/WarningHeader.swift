/// The header field of an answer that says what was asked for and is not done: one field a sentence.
///
/// The CRI's messages have no room for it. Header fields are visible ASCII, so the text's other bytes, and `%`, are
/// percent-encoded, as gRPC does it with `grpc-message`.
public enum WarningHeader {
  /// The field's name; case does not count.
  public static let name = "berth-warning"

  private static let digits = Array("0123456789ABCDEF".utf8)

  /// The field's value: the text's UTF-8, all but printable ASCII percent-encoded.
  public static func encode(_ text: String) -> String {
    let bytes = Array(text.utf8)
    var value: [UInt8] = []
    for (index, byte) in bytes.enumerated() {
      // Whoever reads the field drops spaces at its ends.
      let isEdge = byte == UInt8(ascii: " ") && (index == 0 || index == bytes.count - 1)
      if (0x20...0x7e).contains(byte), byte != UInt8(ascii: "%"), !isEdge {
        value.append(byte)
      } else {
        value += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
      }
    }
    return String(decoding: value, as: UTF8.self)
  }

  /// The text of a field's value; what is not rightly encoded stands as it is.
  public static func decode(_ value: String) -> String {
    let bytes = Array(value.utf8)
    var text: [UInt8] = []
    var index = 0
    while index < bytes.count {
      if bytes[index] == UInt8(ascii: "%"), index + 2 < bytes.count, let high = nibble(bytes[index + 1]),
        let low = nibble(bytes[index + 2])
      {
        text.append(high << 4 | low)
        index += 3
      } else {
        text.append(bytes[index])
        index += 1
      }
    }
    return String(decoding: text, as: UTF8.self)
  }

  private static func nibble(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    default: nil
    }
  }
}
