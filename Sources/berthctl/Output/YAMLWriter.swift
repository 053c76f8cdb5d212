import CYAML
import JSON

/// Writes a JSON value as YAML.
enum YAMLWriter {
  static func text(_ document: JSON) throws(CommandFailure.Reason) -> String {
    do {
      var emitter = try YAMLEmitter()
      try emitter.begin()
      try write(document, &emitter)
      return escaped(try emitter.end())
    } catch {
      throw .init("cannot write YAML: \(error.reason)")
    }
  }

  private static func write(_ value: JSON, _ emitter: inout YAMLEmitter) throws(YAMLFault) {
    switch value {
    case .null: try emitter.scalar("null")
    case .bool(let flag): try emitter.scalar(flag ? "true" : "false")
    case .number(let token): try emitter.scalar(token)
    case .string(let string): try write(string, &emitter)
    case .array(let elements):
      try emitter.beginSequence(isEmpty: elements.isEmpty)
      for element in elements { try write(element, &emitter) }
      try emitter.endSequence()
    case .object(let members):
      try emitter.beginMapping(isEmpty: members.isEmpty)
      for member in members {
        try write(member.key, &emitter)
        try write(member.value, &emitter)
      }
      try emitter.endMapping()
    }
  }

  /// What libyaml takes for printable and a terminal obeys is in double quotes, where an escape stands for it.
  private static func escaped(_ text: String) -> String {
    text.replacingControls { breaksText($0) ? "\\u" + $0.digits(4) : String($0) }
  }

  /// Whether it may not stand in the output: all that steers, but for tabs and the ends of lines.
  private static func breaksText(_ scalar: Unicode.Scalar) -> Bool {
    scalar.isControl && scalar != "\n" && scalar != "\t"
  }

  private static func write(_ string: String, _ emitter: inout YAMLEmitter) throws(YAMLFault) {
    let style =
      YAMLScalar.needsQuotes(string) || string.unicodeScalars.contains(where: breaksText)
      ? YAML_DOUBLE_QUOTED_SCALAR_STYLE
      : string.contains("\n") ? YAML_LITERAL_SCALAR_STYLE : YAML_ANY_SCALAR_STYLE
    try emitter.scalar(string, style)
  }
}
