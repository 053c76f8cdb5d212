import JSON

/// Words for bash that come out as they went in, byte by byte, and stand on one line.
enum Shell {
  /// The text as one word.
  static func word(_ text: String) -> String {
    if !text.isEmpty, text.utf8.allSatisfy(isPlain) { return text }
    if !text.unicodeScalars.contains(where: \.isControl) { return quoted(text) }
    return "$'" + text.unicodeScalars.map(escaped).joined() + "'"
  }

  /// A command that prints these bytes.
  static func printing(_ bytes: [UInt8]) -> String {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      return command(format: bytes.map { format(Unicode.Scalar($0), isText: $0 < 0x80) }.joined())
    }
    if !text.unicodeScalars.contains(where: \.isControl) { return "printf '%s' \(quoted(text))" }
    return command(format: text.unicodeScalars.map { format($0, isText: true) }.joined())
  }

  // By scalars, here and below: a combining mark makes one character with the quote before it.
  private static func quoted(_ text: String) -> String {
    "'" + text.unicodeScalars.map { $0 == "'" ? #"'\''"# : String($0) }.joined() + "'"
  }

  /// printf with a format, which would be an option where it began with a dash.
  private static func command(format: String) -> String {
    let isOption = format.unicodeScalars.first == "-"
    return "printf '\(isOption ? #"\055"# + String(format.unicodeScalars.dropFirst()) : format)'"
  }

  /// One character within the quotes of printf's format.
  private static func format(_ scalar: Unicode.Scalar, isText: Bool) -> String {
    guard isText else { return octal(UInt8(truncatingIfNeeded: scalar.value)) }
    return switch scalar {
    case "%": "%%"
    case #"\"#: #"\\"#
    case "'": #"'\''"#
    default: scalar.isControl ? String(scalar).utf8.map(octal).joined() : String(scalar)
    }
  }

  /// One character within `$'…'`.
  private static func escaped(_ scalar: Unicode.Scalar) -> String {
    switch scalar {
    case #"\"#, "'": #"\"# + String(scalar)
    default: scalar.isControl ? String(scalar).utf8.map(octal).joined() : String(scalar)
    }
  }

  private static func octal(_ byte: UInt8) -> String {
    let digits = String(byte, radix: 8)
    return #"\"# + String(repeating: "0", count: 3 - digits.count) + digits
  }

  private static func isPlain(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default: "_@%+:,./-".utf8.contains(byte)
    }
  }
}
