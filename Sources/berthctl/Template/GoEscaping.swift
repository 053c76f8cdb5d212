/// What `html`, `js` and `urlquery` make of a text.
enum GoEscaping {
  static func html(_ text: String) -> String {
    let escapes: [Unicode.Scalar: String] = [
      "\"": "&#34;", "'": "&#39;", "&": "&amp;", "<": "&lt;", ">": "&gt;", "\0": "\u{fffd}",
    ]
    return mapped(text) { escapes[$0] }
  }

  static func javaScript(_ text: String) -> String {
    let escapes: [Unicode.Scalar: String] = [
      "\\": "\\\\", "'": "\\'", "\"": "\\\"", "<": "\\u003C", ">": "\\u003E", "&": "\\u0026", "=": "\\u003D",
    ]
    return mapped(text) { scalar in
      if let escape = escapes[scalar] { return escape }
      return scalar.value < 0x20 || scalar.value >= 0x80 && !scalar.isGoPrintable ? "\\u" + scalar.digits(4) : nil
    }
  }

  static func query(_ text: String) -> String {
    var result = ""
    for byte in text.utf8 {
      let scalar = Unicode.Scalar(byte)
      switch scalar {
      case "a"..."z", "A"..."Z", "0"..."9", "-", "_", ".", "~": result.unicodeScalars.append(scalar)
      case " ": result += "+"
      default: result += "%" + scalar.digits(2)
      }
    }
    return result
  }

  private static func mapped(_ text: String, _ escape: (Unicode.Scalar) -> String?) -> String {
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      if let escaped = escape(scalar) { result += escaped.unicodeScalars } else { result.append(scalar) }
    }
    return String(result)
  }
}

/// Go's quoting, as of `%q`.
enum GoQuoting {
  static func quoted(_ text: some Sequence<Unicode.Scalar>, quote: Unicode.Scalar = "\"", asciiOnly: Bool = false)
    -> String
  {
    var result = String(quote)
    for scalar in text { result += escaped(scalar, quote, asciiOnly) }
    return result + String(quote)
  }

  private static func escaped(_ scalar: Unicode.Scalar, _ quote: Unicode.Scalar, _ asciiOnly: Bool) -> String {
    let names: [Unicode.Scalar: String] = [
      "\u{7}": "\\a", "\u{8}": "\\b", "\u{c}": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\u{b}": "\\v",
    ]
    if scalar == quote || scalar == "\\" { return "\\" + String(scalar) }
    if scalar.isGoPrintable, scalar.isASCII || !asciiOnly { return String(scalar) }
    if let name = names[scalar] { return name }
    return switch scalar.value {
    case ..<0x20, 0x7f: "\\x" + scalar.digits(2).lowercased()
    case ..<0x10000: "\\u" + scalar.digits(4).lowercased()
    default: "\\U" + scalar.digits(8).lowercased()
    }
  }
}

/// Go's changes of case: letter by letter, never one for two.
enum GoCase {
  static func upper(_ text: String) -> String { String(text.unicodeScalars.map(upper)) }

  static func lower(_ text: String) -> String {
    String(text.unicodeScalars.map { $0.properties.lowercaseMapping.unicodeScalars.first ?? $0 })
  }

  /// The first letter of each word in title case.
  static func title(_ text: String) -> String {
    var previous: Unicode.Scalar = " "
    return String(
      text.unicodeScalars.map { scalar in
        defer { previous = scalar }
        return isSeparator(previous) ? single(scalar.properties.titlecaseMapping) ?? scalar : scalar
      })
  }

  private static func upper(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
    single(scalar.properties.uppercaseMapping) ?? single(scalar.properties.titlecaseMapping) ?? scalar
  }

  private static func single(_ text: String) -> Unicode.Scalar? {
    text.unicodeScalars.count == 1 ? text.unicodeScalars.first : nil
  }

  private static func isSeparator(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.isGoNamePart { return false }
    return scalar.isASCII || scalar.properties.isWhitespace
  }
}

extension Unicode.Scalar {
  /// Whether Go prints it as it is: letters, marks, numbers, punctuation, symbols and the plain space.
  var isGoPrintable: Bool {
    switch properties.generalCategory {
    case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: false
    case .spaceSeparator: self == " "
    default: true
    }
  }

  /// The number in hexadecimal, with at least so many digits.
  func digits(_ count: Int) -> String {
    let text = String(value, radix: 16, uppercase: true)
    return String(repeating: "0", count: max(0, count - text.utf8.count)) + text
  }
}
