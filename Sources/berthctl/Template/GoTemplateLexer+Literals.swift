extension GoTemplateLexer {
  /// A string between `"`, its escapes resolved.
  mutating func quotedString() throws(GoTemplateError) -> String {
    let start = index
    index += 1
    var bytes: [UInt8] = []
    while let next = peek(), next != "\n" {
      index += 1
      if next == "\"" { return String(decoding: bytes, as: UTF8.self) }
      bytes += next == "\\" ? try escape(quote: "\"") : Array(String(next).utf8)
    }
    throw GoTemplateError("a string that does not end", at: start)
  }

  /// A string between back quotes.
  mutating func rawString() throws(GoTemplateError) -> String {
    let start = index
    index += 1
    guard let end = source[index...].firstIndex(of: "`") else {
      throw GoTemplateError("a string that does not end", at: start)
    }
    defer { index = end + 1 }
    return String(source[index..<end].filter { $0 != "\r" })
  }

  /// The number of a character between `'`.
  mutating func character() throws(GoTemplateError) -> Int {
    let start = index
    index += 1
    guard let first = peek(), first != "'", first != "\n" else {
      throw GoTemplateError("a character is missing between ' and '", at: start)
    }
    index += 1
    var value = Int(first.value)
    if first == "\\" {
      let bytes = try escape(quote: "'")
      value =
        bytes.count == 1 ? Int(bytes[0]) : Int(String(decoding: bytes, as: UTF8.self).unicodeScalars.first?.value ?? 0)
    }
    guard peek() == "'" else { throw GoTemplateError("a character that does not end", at: start) }
    index += 1
    return value
  }

  /// What follows a backslash, as bytes.
  private mutating func escape(quote: Unicode.Scalar) throws(GoTemplateError) -> [UInt8] {
    let start = index - 1
    let simple: [Unicode.Scalar: UInt8] = [
      "a": 7, "b": 8, "f": 12, "n": 10, "r": 13, "t": 9, "v": 11, "\\": UInt8(ascii: "\\"),
    ]
    guard let letter = peek() else { throw GoTemplateError("a backslash at the end", at: start) }
    index += 1
    if letter == quote { return Array(String(letter).utf8) }
    if let byte = simple[letter] { return [byte] }
    switch letter {
    case "x": return [UInt8(truncatingIfNeeded: try digits(2, radix: 16, start))]
    case "u", "U":
      guard let scalar = Unicode.Scalar(UInt32(try digits(letter == "u" ? 4 : 8, radix: 16, start))) else {
        throw GoTemplateError("an escape that is no character", at: start)
      }
      return Array(String(scalar).utf8)
    case "0"..."7":
      index -= 1
      guard let byte = UInt8(exactly: try digits(3, radix: 8, start)) else {
        throw GoTemplateError("an escape larger than a byte", at: start)
      }
      return [byte]
    default: throw GoTemplateError("\\\(String(letter)) is no escape", at: start)
    }
  }

  private mutating func digits(_ count: Int, radix: Int, _ start: Int) throws(GoTemplateError) -> Int {
    let text = source[index...].prefix(count)
    guard text.count == count, text.allSatisfy({ $0.properties.isASCIIHexDigit }),
      let value = Int(String(text), radix: radix)
    else { throw GoTemplateError("an escape without its \(count) digits", at: start) }
    index += count
    return value
  }

  /// A number as Go writes it.
  mutating func number() throws(GoTemplateError) -> GoValue {
    let start = index
    while let next = peek(), next.isASCII, next.isGoNamePart || next == "." || isSign(next, start) { index += 1 }
    let text = String(source[start..<index])
    if text.hasSuffix("i"), Double(text.dropLast()) != nil {
      throw GoTemplateError("complex numbers are not supported", at: start)
    }
    if let next = peek(), !next.isGoSpace, !",|:()".unicodeScalars.contains(next), !isAt("}}") {
      throw GoTemplateError("\(text) is not a number", at: start)
    }
    guard let value = GoValue(literal: text) else { throw GoTemplateError("\(text) is not a number", at: start) }
    return value
  }

  private func isSign(_ next: Unicode.Scalar, _ start: Int) -> Bool {
    guard next == "+" || next == "-" else { return false }
    guard index > start else { return true }
    let before = source[index - 1]
    let isHexadecimal = source[start..<index].contains { $0 == "x" || $0 == "X" }
    return isHexadecimal ? before == "p" || before == "P" : before == "e" || before == "E"
  }
}

extension GoValue {
  /// A number as Go writes it: an integer unless it has a point or an exponent.
  fileprivate init?(literal: String) {
    let isNegative = literal.hasPrefix("-")
    let unsigned = Substring(literal).drop { $0 == "-" || $0 == "+" }
    guard literal.utf8.count - unsigned.utf8.count <= 1, !unsigned.hasSuffix("_"), !unsigned.contains("__"),
      unsigned.utf8.first != UInt8(ascii: "_")
    else { return nil }
    let text = unsigned.filter { $0 != "_" }
    let bases: [(String, Int)] = [("0x", 16), ("0o", 8), ("0b", 2), ("0", 8)]
    let lowercased = text.lowercased()
    let (prefix, radix) = bases.first { lowercased.hasPrefix($0.0) && text.utf8.count > $0.0.utf8.count } ?? ("", 10)
    if let integer = Int((isNegative ? "-" : "") + text.dropFirst(prefix.utf8.count), radix: radix) {
      self = .int(integer)
    } else if radix != 2, !lowercased.hasPrefix("0o"), radix != 16 || lowercased.contains("p"),
      radix == 16 || lowercased.contains(where: { ".e".contains($0) }), let number = Double(text), number.isFinite
    {
      self = .float(isNegative ? -number : number)
    } else {
      return nil
    }
  }
}
