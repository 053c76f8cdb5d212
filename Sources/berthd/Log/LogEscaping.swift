import Logging

extension String {
  /// The text with control characters, and what Unicode has of line and direction controls, as `\n` or `\u{…}`.
  var escapingControls: String {
    guard unicodeScalars.contains(where: \.isControl) else { return self }
    var result = ""
    for scalar in unicodeScalars {
      switch scalar {
      case "\n": result += "\\n"
      case "\t": result += "\\t"
      case "\r": result += "\\r"
      case _ where scalar.isControl: result += "\\u{\(String(scalar.value, radix: 16))}"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  /// The text as a JSON string, quotes included.
  var jsonLiteral: String {
    var result = "\""
    for scalar in unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\t": result += "\\t"
      case "\r": result += "\\r"
      case _ where scalar.isControl:
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}

extension Unicode.Scalar {
  /// C0, DEL, C1, the line and paragraph separators, and the bidirectional controls; all below 0x10000.
  fileprivate var isControl: Bool {
    switch value {
    case 0..<0x20, 0x7F..<0xA0, 0x2028...0x202E, 0x2066...0x2069: true
    default: false
    }
  }
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
