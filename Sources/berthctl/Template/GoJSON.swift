import JSON

/// JSON as Go's encoder writes it: keys in order, `<`, `>` and `&` escaped.
enum GoJSON {
  static func text(_ value: GoValue) -> String {
    switch value {
    case .int(let number): return String(number)
    case .float(let number): return GoFloat.json(number)
    case .json(.null): return "null"
    case .json(.string(let text)): return quoted(text)
    case .json(.array(let elements)): return "[\(elements.map { Self.text(.json($0)) }.joined(separator: ","))]"
    case .json(.object(let members)):
      let texts = members.sortedByKey.map { "\(quoted($0.key)):\(text(.json($0.value)))" }
      return "{\(texts.joined(separator: ","))}"
    case .json(.bool), .json(.number): return value.text
    }
  }

  private static func quoted(_ text: String) -> String {
    let names: [Unicode.Scalar: String] = [
      "\"": "\\\"", "\\": "\\\\", "\u{8}": "\\b", "\u{c}": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t",
    ]
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case _ where names[scalar] != nil: result += names[scalar] ?? ""
      case "<", ">", "&", "\u{2028}", "\u{2029}": result += "\\u" + scalar.digits(4).lowercased()
      case _ where scalar.value < 0x20: result += "\\u" + scalar.digits(4).lowercased()
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
