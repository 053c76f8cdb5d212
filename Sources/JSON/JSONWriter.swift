/// Writes JSON text.
struct JSONWriter {
  var bytes: [UInt8] = []
  private let indent: Int?
  private let escapesControls: Bool
  private var level = 0

  init(indent: Int? = nil, escapesControls: Bool = false) {
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

  mutating func write(_ text: String) {
    bytes.append(UInt8(ascii: "\""))
    if escapesControls {
      for scalar in text.unicodeScalars { write(scalar) }
    } else {
      var text = text
      text.withUTF8 { write($0) }
    }
    bytes.append(UInt8(ascii: "\""))
  }

  /// What needs no escape, which is nearly everything, goes as a whole.
  private mutating func write(_ text: UnsafeBufferPointer<UInt8>) {
    var rest = text[...]
    while let place = rest.firstIndex(where: Self.isEscaped) {
      bytes.append(contentsOf: rest[..<place])
      write(rest[place])
      rest = rest[(place + 1)...]
    }
    bytes.append(contentsOf: rest)
  }

  private static func isEscaped(_ byte: UInt8) -> Bool {
    byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
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

  mutating func append(_ text: String) { bytes.append(contentsOf: text.utf8) }
}
