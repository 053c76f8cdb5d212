import JSON

extension GoFormat.Directive {
  /// The value as a verb writes it.
  func text(_ value: GoValue, _ verb: Unicode.Scalar) throws(GoTemplateError) -> String {
    if verb == "p" || verb == "v" && sharp { throw unsupported(verb, value) }
    if verb == "T" { return padded(truncated(value.type)) }
    switch value {
    case .json(.array(let elements)):
      let texts = try elements.map { (element) throws(GoTemplateError) in try nested(.json(element), verb) }
      return "[\(texts.joined(separator: " "))]"
    case .json(.object(let members)):
      var texts: [String] = []
      for member in members.sortedByKey {
        let key = try nested(.json(.string(member.key)), verb)
        texts.append(key + ":" + (try nested(.json(member.value), verb)))
      }
      return "map[\(texts.joined(separator: " "))]"
    default:
      if let text = try scalar(value, verb) { return text }
      return try mismatch(value, verb)
    }
  }

  private func nested(_ value: GoValue, _ verb: Unicode.Scalar) throws(GoTemplateError) -> String {
    value.isNothing ? value.text : try text(value, verb)
  }

  /// What Go writes where verb and value do not fit.
  private func mismatch(_ value: GoValue, _ verb: Unicode.Scalar) throws(GoTemplateError) -> String {
    if value.isNothing { return "%!\(verb)(<nil>)" }
    let text = try scalar(value, "v") ?? value.text
    return "%!\(verb)(\(value.type)=\(text))"
  }

  /// The value as a verb for its type writes it; nil if the verb is for others.
  private func scalar(_ value: GoValue, _ verb: Unicode.Scalar) throws(GoTemplateError) -> String? {
    switch value {
    case .int(let number): return integer(number, verb)
    case .float(let number): return try float(number, verb)
    case .json(.bool): return verb == "t" || verb == "v" ? padded(value.text) : nil
    case .json(.string(let text)): return try string(text, verb)
    case .json(.number(let token)):
      // Its text to the verbs for text; to those for numbers it is the number, where Go shows its own type's name.
      if let text = try string(token, verb) { return text }
      if "dbo".unicodeScalars.contains(verb), let number = Int(token) { return integer(number, verb) }
      if "eEfFgG".unicodeScalars.contains(verb), let number = Double(token) { return try float(number, verb) }
      return nil
    default: return verb == "v" ? padded(value.text) : nil
    }
  }

  private func string(_ text: String, _ verb: Unicode.Scalar) throws(GoTemplateError) -> String? {
    switch verb {
    case "v", "s": return padded(truncated(text))
    case "q":
      if sharp { throw unsupported(verb, .json(.string(text))) }
      return padded(GoQuoting.quoted(truncated(text).unicodeScalars, asciiOnly: plus))
    case "x", "X":
      let bytes = text.utf8.prefix(precision ?? text.utf8.count).map { byte in
        let digits = Unicode.Scalar(byte).digits(2)
        return (sharp && space ? "0X" : "") + digits
      }
      let digits = (sharp && !space && !bytes.isEmpty ? "0X" : "") + bytes.joined(separator: space ? " " : "")
      return padded(verb == "x" ? digits.lowercased() : digits)
    default: return nil
    }
  }

  private func integer(_ number: Int, _ verb: Unicode.Scalar) -> String? {
    let scalar = Unicode.Scalar(UInt32(clamping: number)).flatMap { number < 0 ? nil : $0 } ?? "\u{fffd}"
    switch verb {
    // The sign is for %d alone: %+v means something else.
    case "v": return digits(number, radix: 10, prefix: "", showsPlus: false)
    case "d": return digits(number, radix: 10, prefix: "", showsPlus: plus)
    case "b": return digits(number, radix: 2, prefix: sharp ? "0b" : "", showsPlus: plus)
    case "o": return digits(number, radix: 8, prefix: sharp ? "0" : "", showsPlus: plus)
    case "O": return digits(number, radix: 8, prefix: "0o", showsPlus: plus)
    case "x": return digits(number, radix: 16, prefix: sharp ? "0x" : "", showsPlus: plus)
    case "X": return digits(number, radix: 16, prefix: sharp ? "0X" : "", showsPlus: plus, uppercase: true)
    case "c": return padded(String(scalar))
    case "q": return padded(GoQuoting.quoted([scalar], quote: "'", asciiOnly: plus))
    case "U" where number >= 0:
      let digits = String(number, radix: 16, uppercase: true)
      let zeros = String(repeating: "0", count: max(0, max(4, precision ?? 0) - digits.utf8.count))
      let shown = sharp && scalar.isGoPrintable ? " '\(scalar)'" : ""
      var unfilled = self
      unfilled.zero = false
      return unfilled.padded("U+\(zeros)\(digits)\(shown)")
    default: return nil
    }
  }

  private func digits(
    _ number: Int, radix: Int, prefix: String, showsPlus: Bool, uppercase: Bool = false
  ) -> String {
    var unfilled = self
    unfilled.zero = false
    if precision == 0 && number == 0 { return unfilled.padded("") }
    let sign = number < 0 ? "-" : showsPlus ? "+" : space ? " " : ""
    let digits = String(number.magnitude, radix: radix, uppercase: uppercase)
    let fill = zero && !minus ? width.map { $0 - sign.utf8.count } : nil
    let zeros = String(repeating: "0", count: max(0, (precision ?? fill ?? 0) - digits.utf8.count))
    let shownPrefix = prefix == "0" && (zeros + digits).hasPrefix("0") ? "" : prefix
    return unfilled.padded(sign + shownPrefix + zeros + digits)
  }

  private func float(_ number: Double, _ verb: Unicode.Scalar) throws(GoTemplateError) -> String? {
    let magnitude: String
    switch verb {
    case "v", "g", "G":
      magnitude =
        precision.map { GoFloat.fixed(number.magnitude, "g", precision: $0) } ?? GoFloat.shortest(number.magnitude)
    case "e", "E": magnitude = GoFloat.fixed(number.magnitude, "e", precision: precision ?? 6)
    case "f", "F": magnitude = GoFloat.fixed(number.magnitude, "f", precision: precision ?? 6)
    case "b", "x", "X": throw unsupported(verb, .float(number))
    default: return nil
    }
    if sharp { throw unsupported(verb, .float(number)) }
    let sign = number.sign == .minus ? "-" : plus && verb != "v" ? "+" : space ? " " : ""
    let text = verb == "E" || verb == "G" ? magnitude.uppercased() : magnitude
    guard zero, !minus, let width else { return padded(sign + text) }
    return sign + String(repeating: "0", count: max(0, width - sign.utf8.count - text.utf8.count)) + text
  }

  private func truncated(_ text: String) -> String {
    precision.map { String(text.unicodeScalars.prefix($0)) } ?? text
  }

  private func padded(_ text: String) -> String {
    let missing = max(0, (width ?? 0) - text.unicodeScalars.count)
    if minus { return text + String(repeating: " ", count: missing) }
    return String(repeating: zero ? "0" : " ", count: missing) + text
  }

  private func unsupported(_ verb: Unicode.Scalar, _ value: GoValue) -> GoTemplateError {
    GoTemplateError("printf: %\(sharp ? "#" : "")\(verb) of \(value.excerpt) is not supported")
  }
}
