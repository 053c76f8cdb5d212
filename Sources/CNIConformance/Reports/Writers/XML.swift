/// Texts within XML 1.0.
enum XML {
  /// A text between two tags.
  static func text(_ text: String) -> String { escaped(text) { $0 == "\n" || $0 == "\t" ? String($0) : nil } }

  /// A text between double quotes: a reader would make a space of each line's end and tab.
  static func attribute(_ text: String) -> String { escaped(text) { $0 == "\n" ? "&#10;" : $0 == "\t" ? "&#9;" : nil } }

  private static func escaped(_ text: String, _ space: (Unicode.Scalar) -> String?) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      // Only `]]>` must not occur in a text.
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "\r": result += "&#13;"
      default: result += space(scalar) ?? (isAllowed(scalar) ? String(scalar) : "\u{fffd}")
      }
    }
    return result
  }

  /// Whether XML can hold the character at all, be it escaped.
  private static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x20...0xd7ff, 0xe000...0xfffd, 0x10000...0x10ffff: true
    default: false
    }
  }
}
