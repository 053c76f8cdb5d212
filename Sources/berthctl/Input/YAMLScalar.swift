import RuntimeAPI

/// What a plain YAML scalar means, by the core schema of YAML 1.2 (as Go's yaml has it: `yes` and `on` are strings).
enum YAMLScalar {
  static func value(ofPlain text: String) -> JSONValue {
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
