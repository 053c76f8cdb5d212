/// A strict RFC 8259 parser: one document, no duplicate keys, no trailing bytes, a bounded depth.
struct JSONParser {
  private let bytes: [UInt8]
  private let maximumDepth: Int
  private var offset = 0

  init(_ bytes: [UInt8], maximumDepth: Int) {
    self.bytes = bytes
    self.maximumDepth = maximumDepth
  }

  mutating func document() throws(JSONSyntaxError) -> JSONValue {
    let value = try value(depth: 1)
    skipWhitespace()
    guard offset == bytes.count else { throw fault("something follows the document's end") }
    return value
  }

  private mutating func value(depth: Int) throws(JSONSyntaxError) -> JSONValue {
    skipWhitespace()
    guard offset < bytes.count else { throw fault("the document ends where a value is expected") }
    switch bytes[offset] {
    case UInt8(ascii: "{"): return try object(depth: depth)
    case UInt8(ascii: "["): return try array(depth: depth)
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
    default: throw fault("a value is expected")
    }
  }

  private mutating func object(depth: Int) throws(JSONSyntaxError) -> JSONValue {
    try checkDepth(depth)
    offset += 1
    var members: [JSONValue.Member] = []
    var seen: Set<String> = []
    if take("}") { return .object([]) }
    repeat {
      skipWhitespace()
      guard offset < bytes.count, bytes[offset] == UInt8(ascii: "\"") else {
        throw fault("a key in quotes is expected")
      }
      let start = offset
      let key = try string()
      guard seen.insert(key).inserted else {
        throw fault("the key \"\(key.abbreviated)\" occurs twice in one object", at: start)
      }
      guard take(":") else { throw fault("a colon is expected after a key") }
      members.append(.init(key, try value(depth: depth + 1)))
    } while take(",")
    guard take("}") else { throw fault("a comma or } is expected") }
    return .object(members)
  }

  private mutating func array(depth: Int) throws(JSONSyntaxError) -> JSONValue {
    try checkDepth(depth)
    offset += 1
    var elements: [JSONValue] = []
    if take("]") { return .array([]) }
    repeat {
      elements.append(try value(depth: depth + 1))
    } while take(",")
    guard take("]") else { throw fault("a comma or ] is expected") }
    return .array(elements)
  }

  private mutating func number() throws(JSONSyntaxError) -> JSONValue {
    let start = offset
    if peek("-") { offset += 1 }
    if peek("0") {
      offset += 1
    } else {
      guard digits() else { throw fault("a digit is expected") }
    }
    if peek(".") {
      offset += 1
      guard digits() else { throw fault("a digit is expected after the point") }
    }
    if peek("e") || peek("E") {
      offset += 1
      if peek("+") || peek("-") { offset += 1 }
      guard digits() else { throw fault("a digit is expected in the exponent") }
    }
    return .number(String(decoding: bytes[start..<offset], as: UTF8.self))
  }

  private mutating func digits() -> Bool {
    let start = offset
    while offset < bytes.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[offset]) { offset += 1 }
    return offset > start
  }

  private mutating func word(_ word: StaticString, _ value: JSONValue) throws(JSONSyntaxError) -> JSONValue {
    let end = offset + word.utf8CodeUnitCount
    guard end <= bytes.count, bytes[offset..<end].elementsEqual("\(word)".utf8) else {
      throw fault("a value is expected")
    }
    offset = end
    return value
  }

  private func checkDepth(_ depth: Int) throws(JSONSyntaxError) {
    guard depth <= maximumDepth else { throw fault("more than \(maximumDepth) levels of nesting") }
  }

  private func peek(_ character: Unicode.Scalar) -> Bool {
    offset < bytes.count && bytes[offset] == UInt8(ascii: character)
  }

  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    skipWhitespace()
    guard peek(character) else { return false }
    offset += 1
    return true
  }

  private mutating func skipWhitespace() {
    while offset < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[offset]) { offset += 1 }
  }

  private func fault(_ reason: String, at place: Int? = nil) -> JSONSyntaxError {
    JSONSyntaxError(reason, at: place ?? offset, of: bytes)
  }
}

extension JSONParser {
  private mutating func string() throws(JSONSyntaxError) -> String {
    let start = offset
    offset += 1
    var content: [UInt8] = []
    while offset < bytes.count {
      let byte = bytes[offset]
      switch byte {
      case UInt8(ascii: "\""):
        offset += 1
        guard let string = String(validating: content, as: UTF8.self) else {
          throw fault("a string is not valid UTF-8", at: start)
        }
        return string
      case UInt8(ascii: "\\"):
        offset += 1
        try escape(into: &content)
      case 0..<0x20:
        throw fault("a control character must be escaped in a string")
      default:
        content.append(byte)
        offset += 1
      }
    }
    throw fault("the document ends inside a string")
  }

  private mutating func escape(into content: inout [UInt8]) throws(JSONSyntaxError) {
    guard offset < bytes.count else { throw fault("the document ends inside a string") }
    let byte = bytes[offset]
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): content.append(byte)
    case UInt8(ascii: "b"): content.append(0x08)
    case UInt8(ascii: "f"): content.append(0x0C)
    case UInt8(ascii: "n"): content.append(0x0A)
    case UInt8(ascii: "r"): content.append(0x0D)
    case UInt8(ascii: "t"): content.append(0x09)
    case UInt8(ascii: "u"):
      offset += 1
      content.append(contentsOf: String(try escapedScalar()).utf8)
      return
    default: throw fault("an unknown escape in a string")
    }
    offset += 1
  }

  private mutating func escapedScalar() throws(JSONSyntaxError) -> Character {
    let first = try fourHexDigits()
    if let scalar = Unicode.Scalar(first) { return Character(scalar) }
    guard first < 0xDC00, peek("\\"), offset + 1 < bytes.count, bytes[offset + 1] == UInt8(ascii: "u") else {
      throw fault("half a surrogate pair in a string")
    }
    offset += 2
    let second = try fourHexDigits()
    guard (0xDC00..<0xE000).contains(second),
      let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
    else { throw fault("half a surrogate pair in a string") }
    return Character(scalar)
  }

  private mutating func fourHexDigits() throws(JSONSyntaxError) -> UInt32 {
    guard offset + 4 <= bytes.count else { throw fault("four hexadecimal digits are expected after \\u") }
    var number: UInt32 = 0
    for byte in bytes[offset..<offset + 4] {
      guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue, byte < 0x80 else {
        throw fault("four hexadecimal digits are expected after \\u")
      }
      number = number << 4 | UInt32(digit)
    }
    offset += 4
    return number
  }
}

extension JSONValue {
  /// Parses one JSON document (RFC 8259); anything but white space after it, a key that occurs twice, or deeper nesting
  /// than `maximumDepth` is an error.
  public init(parsing bytes: [UInt8], maximumDepth: Int = 100) throws(JSONSyntaxError) {
    var parser = JSONParser(bytes, maximumDepth: maximumDepth)
    self = try parser.document()
  }
}
