extension JSONValue {
  /// The document as text: on one line, or with `indent` spaces a level.
  public func text(indent: Int? = nil) -> String {
    var writer = JSONWriter(indent: indent)
    writer.write(self)
    return String(decoding: writer.output, as: UTF8.self)
  }

  /// The document's bytes, on one line.
  public var bytes: [UInt8] {
    var writer = JSONWriter(indent: nil)
    writer.write(self)
    return writer.output
  }
}

private struct JSONWriter {
  var output: [UInt8] = []
  let indent: Int?
  private var level = 0

  init(indent: Int?) { self.indent = indent }

  mutating func write(_ value: JSONValue) {
    switch value {
    case .null: append("null")
    case .bool(let flag): append(flag ? "true" : "false")
    case .number(let token): append(token)
    case .string(let string): write(string: string)
    case .array(let elements):
      write(elements, "[", "]") { writer, element in writer.write(element) }
    case .object(let members):
      write(members, "{", "}") { writer, member in
        writer.write(string: member.key)
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
    for (position, element) in elements.enumerated() {
      if position > 0 { append(",") }
      breakLine()
      body(&self, element)
    }
    level -= 1
    if !elements.isEmpty { breakLine() }
    append(closing)
  }

  private mutating func write(string: String) {
    append("\"")
    var mayBeControl = false  // after the first byte of U+0080 to U+00BF
    for byte in string.utf8 {
      switch byte {
      case UInt8(ascii: "\""): append("\\\"")
      case UInt8(ascii: "\\"): append("\\\\")
      case 0x0A: append("\\n")
      case 0x0D: append("\\r")
      case 0x09: append("\\t")
      case 0..<0x20, 0x7F: appendEscaped(byte)
      case 0x80..<0xA0 where mayBeControl:
        output.removeLast()
        appendEscaped(byte)
      default: output.append(byte)
      }
      mayBeControl = byte == 0xC2
    }
    append("\"")
  }

  /// Writes a control character so that no terminal obeys it.
  private mutating func appendEscaped(_ byte: UInt8) {
    let digits = String(byte, radix: 16)
    append("\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits)
  }

  private mutating func breakLine() {
    guard let indent else { return }
    output.append(0x0A)
    output.append(contentsOf: repeatElement(0x20, count: indent * level))
  }

  private mutating func append(_ text: String) { output.append(contentsOf: text.utf8) }
}
