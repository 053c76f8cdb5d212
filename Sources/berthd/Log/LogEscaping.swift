import JSON
import Logging

extension String {
  /// The text with control characters as `\n`, `\t`, `\r` or `\u{…}`.
  var escapingControls: String {
    replacingControls { control in
      switch control {
      case "\n": "\\n"
      case "\t": "\\t"
      case "\r": "\\r"
      default: control.escaped
      }
    }
  }

  /// The text as a JSON string, quotes included.
  var jsonLiteral: String { JSON.string(self).text() }
}

extension Logger.MetadataValue {
  /// The value for a line of text: bare when plain, else quoted with controls escaped.
  var textValue: String {
    let text = "\(self)"
    let isPlain =
      !text.isEmpty
      && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "=") }
    return isPlain ? text : text.jsonLiteral
  }

  /// The value as JSON: numbers and booleans as themselves, lists and dictionaries as such, all else as strings.
  var jsonValue: String {
    switch self {
    case .string(let text): text.jsonLiteral
    case .stringConvertible(let value as any BinaryInteger): "\(value)"
    case .stringConvertible(let value as Double) where value.isFinite: "\(value)"
    case .stringConvertible(let value as Bool): "\(value)"
    case .stringConvertible(let value): "\(value)".jsonLiteral
    case .array(let values): "[" + values.map(\.jsonValue).joined(separator: ",") + "]"
    case .dictionary(let values):
      "{"
        + values.sorted { $0.key < $1.key }.map { "\($0.key.jsonLiteral):\($0.value.jsonValue)" }.joined(separator: ",")
        + "}"
    }
  }
}
