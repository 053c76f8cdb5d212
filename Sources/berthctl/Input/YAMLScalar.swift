import JSON

/// What a YAML scalar means, by the core schema of YAML 1.2 (as Go's yaml has it: `yes` and `on` are strings).
enum YAMLScalar {
  /// The value of a scalar; nil if it is not what its tag says. A tag of no schema's makes a string, as with Go's yaml.
  static func value(of scalar: YAMLEvent.Scalar) -> JSON? {
    guard let tag = scalar.tag else { return scalar.isPlain ? value(ofPlain: scalar.text) : .string(scalar.text) }
    let value = value(ofPlain: scalar.text)
    switch (tag, value) {
    case ("tag:yaml.org,2002:int", .number(let token)): return token.contains { ".eE".contains($0) } ? nil : value
    case ("tag:yaml.org,2002:float", .number), ("tag:yaml.org,2002:bool", .bool), ("tag:yaml.org,2002:null", .null):
      return value
    case ("tag:yaml.org,2002:int", _), ("tag:yaml.org,2002:float", _), ("tag:yaml.org,2002:bool", _),
      ("tag:yaml.org,2002:null", _), ("tag:yaml.org,2002:binary", _):
      return nil
    default: return .string(scalar.text)
    }
  }

  /// The value of a scalar without quotes and tag.
  static func value(ofPlain text: String) -> JSON {
    switch text {
    case "", "~", "null", "Null", "NULL": return .null
    case "true", "True", "TRUE": return .bool(true)
    case "false", "False", "FALSE": return .bool(false)
    default: return number(text).map { .number($0) } ?? .string(text)
    }
  }

  /// Whether a string must be quoted so that every reader takes it for one, those of YAML 1.1 included.
  static func needsQuotes(_ text: String) -> Bool {
    let words: Set = ["y", "n", "yes", "no", "on", "off"]
    guard case .string = value(ofPlain: text), let first = text.first else { return true }
    return words.contains(text.lowercased()) || first.isNumber || "+-.=<".contains(first)
  }

  /// The number as JSON writes it; nil if it is none.
  private static func number(_ text: String) -> String? {
    guard let first = text.utf8.first, "0123456789+-.".utf8.contains(first) else { return nil }
    if text.hasPrefix("0x") { return UInt64(text.dropFirst(2), radix: 16).map(String.init) }
    if text.hasPrefix("0o") { return UInt64(text.dropFirst(2), radix: 8).map(String.init) }
    if let number = Int64(text) { return String(number) }
    if let number = UInt64(text) { return String(number) }
    let allowed = "0123456789+-.eE".utf8
    guard text.utf8.allSatisfy(allowed.contains), let number = Double(text), number.isFinite else { return nil }
    return "\(number)"
  }
}
