extension JSON: CustomStringConvertible {
  /// The JSON text in one line.
  public var description: String { String(decoding: serialized(), as: UTF8.self) }

  /// The JSON text, UTF-8: number tokens and key order as they were, only what must be escaped is escaped.
  ///
  /// In one line, or with `indent` spaces a level and a line for each member and element. With `escapingControls` all of
  /// Unicode's control characters are escaped, those that change the direction of writing too, so that no terminal obeys them.
  public func serialized(indent: Int? = nil, escapingControls: Bool = false) -> [UInt8] {
    var writer = JSONWriter(indent: indent, escapesControls: escapingControls)
    writer.write(self)
    return writer.bytes
  }
}

/// Writes JSON text.
private struct JSONWriter {
  var bytes: [UInt8] = []
  private let indent: Int?
  private let escapesControls: Bool
  private var level = 0

  init(indent: Int?, escapesControls: Bool) {
    self.indent = indent
    self.escapesControls = escapesControls
  }

  mutating func write(_ value: JSON) {
    switch value {
    case .null: append("null")
    case .bool(let value): append(value ? "true" : "false")
    case .number(let token): append(token)
    case .string(let value): write(value)
    case .array(let elements): write(elements, "[", "]") { writer, element in writer.write(element) }
    case .object(let object):
      write(object.members, "{", "}") { writer, member in
        writer.write(member.key)
        writer.append(writer.indent == nil ? ":" : ": ")
        writer.write(member.value)
      }
    }
  }

  private mutating func write<Element>(
    _ elements: [Element], _ opening: String, _ closing: String, _ body: (inout JSONWriter, Element) -> Void
  ) {
    append(opening)
    level += 1
    for (place, element) in elements.enumerated() {
      if place > 0 { append(",") }
      breakLine()
      body(&self, element)
    }
    level -= 1
    if !elements.isEmpty { breakLine() }
    append(closing)
  }

  private mutating func write(_ text: String) {
    append("\"")
    if escapesControls {
      for scalar in text.unicodeScalars { write(scalar) }
    } else {
      for byte in text.utf8 { write(byte) }
    }
    append("\"")
  }

  private mutating func write(_ scalar: Unicode.Scalar) {
    if scalar.value < 0x7f {
      write(UInt8(scalar.value))
    } else if scalar.isControl {
      escape(scalar.value)
    } else {
      append(String(scalar))
    }
  }

  private mutating func write(_ byte: UInt8) {
    switch byte {
    case UInt8(ascii: "\""): append("\\\"")
    case UInt8(ascii: "\\"): append("\\\\")
    case 0x0a: append("\\n")
    case 0x0d: append("\\r")
    case 0x09: append("\\t")
    case 0..<0x20: escape(UInt32(byte))
    default: bytes.append(byte)
    }
  }

  private mutating func escape(_ value: UInt32) {
    let digits = String(value, radix: 16)
    append("\\u" + String(repeating: "0", count: 4 - digits.count) + digits)
  }

  private mutating func breakLine() {
    guard let indent else { return }
    bytes.append(UInt8(ascii: "\n"))
    bytes.append(contentsOf: repeatElement(UInt8(ascii: " "), count: indent * level))
  }

  private mutating func append(_ text: String) { bytes.append(contentsOf: text.utf8) }
}
