extension JSONParser {
  /// Reads one string, quotes included, and resolves its escapes.
  mutating func string() throws(JSONError) -> String {
    position += 1
    let start = position
    while let byte = current, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\"), byte >= 0x20 { position += 1 }
    if current == UInt8(ascii: "\"") {
      defer { position += 1 }
      return try text(bytes[start..<position], at: start)
    }
    return try escapedString(from: start)
  }

  private mutating func escapedString(from start: Int) throws(JSONError) -> String {
    var unescaped = Array(bytes[start..<position])
    while let byte = current {
      switch byte {
      case UInt8(ascii: "\""):
        position += 1
        return try text(unescaped[...], at: start)
      case UInt8(ascii: "\\"):
        position += 1
        try escape(into: &unescaped)
      case 0..<0x20:
        throw failure("a control character in a string")
      default:
        unescaped.append(byte)
        position += 1
      }
    }
    throw failure("unexpected end in a string")
  }

  /// Invalid UTF-8 is an error, never repaired: a configuration must reach the plugin as it is or not at all.
  private func text(_ utf8: ArraySlice<UInt8>, at offset: Int) throws(JSONError) -> String {
    guard let text = String(validating: utf8, as: UTF8.self) else {
      throw failure("invalid UTF-8 in a string", at: offset)
    }
    guard rules == .own || !text.hasRows(ofMarks: JSON.maximumMarks) else {
      throw failure("more than \(JSON.maximumMarks) combining marks in a row in a string", at: offset)
    }
    return text
  }

  private mutating func escape(into unescaped: inout [UInt8]) throws(JSONError) {
    guard let byte = current else { throw failure("unexpected end in a string") }
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): unescaped.append(byte)
    case UInt8(ascii: "b"): unescaped.append(0x08)
    case UInt8(ascii: "f"): unescaped.append(0x0c)
    case UInt8(ascii: "n"): unescaped.append(0x0a)
    case UInt8(ascii: "r"): unescaped.append(0x0d)
    case UInt8(ascii: "t"): unescaped.append(0x09)
    case UInt8(ascii: "u"): unescaped.append(contentsOf: String(Character(try unicodeEscape())).utf8)
    default:
      position -= 1
      throw failure("an unknown escape in a string")
    }
  }

  /// Leniently a lone surrogate becomes U+FFFD, as Go has it; the escape after it is read on its own.
  private mutating func unicodeEscape() throws(JSONError) -> Unicode.Scalar {
    let start = position
    let first = try fourHexDigits()
    if let scalar = Unicode.Scalar(first) { return scalar }
    if let scalar = try secondHalf(after: first) { return scalar }
    guard rules == .lenient else { throw failure("half a surrogate pair in a string", at: start) }
    return "\u{fffd}"
  }

  /// The scalar that a surrogate and the escape after it make; nil, and nothing read, when they make none.
  private mutating func secondHalf(after first: UInt32) throws(JSONError) -> Unicode.Scalar? {
    guard first < 0xdc00, position + 1 < bytes.count, bytes[position] == UInt8(ascii: "\\"),
      bytes[position + 1] == UInt8(ascii: "u")
    else { return nil }
    let retreat = position
    position += 2
    let second = try fourHexDigits()
    guard (0xdc00...0xdfff).contains(second) else {
      position = retreat
      return nil
    }
    return Unicode.Scalar(0x10000 + (first - 0xd800) << 10 + (second - 0xdc00))
  }

  private mutating func fourHexDigits() throws(JSONError) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard let byte = current, let digit = byte.hexDigit else { throw unexpected("a hexadecimal digit") }
      value = value << 4 + UInt32(digit)
      position += 1
    }
    return value
  }
}

extension UInt8 {
  fileprivate var hexDigit: UInt8? {
    switch self {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): self - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): self - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): self - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}
