/// A recursive-descent parser over bytes.
struct JSONParser {
  let bytes: [UInt8]
  let rules: JSON.Rules
  let maximumDepth: Int
  var position = 0

  init(_ bytes: [UInt8], rules: JSON.Rules, maximumDepth: Int) {
    self.bytes = bytes
    self.rules = rules
    self.maximumDepth = maximumDepth
  }

  var current: UInt8? { position < bytes.count ? bytes[position] : nil }

  func failure(_ reason: String, at place: Int? = nil) -> JSONError {
    JSONError(reason, at: place ?? position, of: bytes)
  }

  func unexpected(_ wanted: String) -> JSONError {
    guard let byte = current else { return failure("unexpected end, \(wanted) expected") }
    let shown =
      (0x21...0x7e).contains(byte) ? "'\(Character(Unicode.Scalar(byte)))'" : "byte 0x" + String(byte, radix: 16)
    return failure("\(wanted) expected, found \(shown)")
  }

  mutating func document() throws(JSONError) -> JSON {
    skipWhiteSpace()
    let value = try value(depth: 0)
    skipWhiteSpace()
    guard position == bytes.count else { throw unexpected("the end") }
    return value
  }

  mutating func value(depth: Int) throws(JSONError) -> JSON {
    guard depth < maximumDepth else { throw failure("nested more than \(maximumDepth) deep") }
    guard let byte = current else { throw unexpected("a value") }
    switch byte {
    case UInt8(ascii: "{"): return try object(depth: depth + 1)
    case UInt8(ascii: "["): return try array(depth: depth + 1)
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try literal("true", .bool(true))
    case UInt8(ascii: "f"): return try literal("false", .bool(false))
    case UInt8(ascii: "n"): return try literal("null", .null)
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number(try number())
    default: throw unexpected("a value")
    }
  }

  mutating func skipWhiteSpace() {
    while let byte = current, byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 { position += 1 }
  }

  mutating func skip(_ byte: UInt8) -> Bool {
    guard current == byte else { return false }
    position += 1
    return true
  }

  private mutating func object(depth: Int) throws(JSONError) -> JSON {
    position += 1
    skipWhiteSpace()
    if skip(UInt8(ascii: "}")) { return .object([:]) }
    var members: [JSONObject.Member] = []
    var places: [Int] = []
    repeat {
      skipWhiteSpace()
      guard current == UInt8(ascii: "\"") else { throw unexpected("a key") }
      if rules == .strict { places.append(position) }
      let key = try key()
      skipWhiteSpace()
      guard skip(UInt8(ascii: ":")) else { throw unexpected("':'") }
      skipWhiteSpace()
      members.append(.init(key: key, value: try value(depth: depth)))
      skipWhiteSpace()
    } while skip(UInt8(ascii: ","))
    guard skip(UInt8(ascii: "}")) else { throw unexpected("',' or '}'") }
    if rules == .strict, let second = JSONObject.firstDuplicate(in: members) {
      throw failure("the key \"\(members[second].key.beginning(64))\" occurs twice in one object", at: places[second])
    }
    return .object(JSONObject(duplicated: members))
  }

  private mutating func key() throws(JSONError) -> String {
    let start = position
    let key = try string()
    let size = key.utf8.count
    guard rules == .own || size <= JSON.maximumTokenSize else {
      throw failure("a key of \(size) bytes; \(JSON.maximumTokenSize) is the most", at: start)
    }
    return key
  }

  private mutating func array(depth: Int) throws(JSONError) -> JSON {
    position += 1
    skipWhiteSpace()
    if skip(UInt8(ascii: "]")) { return .array([]) }
    var elements: [JSON] = []
    repeat {
      skipWhiteSpace()
      elements.append(try value(depth: depth))
      skipWhiteSpace()
    } while skip(UInt8(ascii: ","))
    guard skip(UInt8(ascii: "]")) else { throw unexpected("',' or ']'") }
    return .array(elements)
  }

  private mutating func literal(_ word: StaticString, _ value: JSON) throws(JSONError) -> JSON {
    let end = position + word.utf8CodeUnitCount
    let matches = word.withUTF8Buffer { end <= bytes.count && bytes[position..<end].elementsEqual($0) }
    guard matches else { throw failure("'\(word)' expected") }
    position = end
    return value
  }
}
