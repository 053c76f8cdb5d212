import JSON

/// A value in a template: one of the document's, or a number of the template's own.
///
/// A number of the document is text to Go (`json.Number`), and no number that could be compared with one.
enum GoValue: Equatable {
  case int(Int)
  case float(Double)
  case json(JSON)

  /// How nothing is written where a pipeline's value is.
  static let nothing = "<no value>"

  /// The text, if it is one; not a number of the document.
  var string: String? {
    if case .json(.string(let text)) = self { return text }
    return nil
  }

  var isNothing: Bool {
    if case .json(.null) = self { return true }
    return false
  }

  /// What Go takes for true: anything but false, zero, nothing and what is empty.
  var isTrue: Bool {
    switch self {
    case .int(let number): number != 0
    case .float(let number): number != 0
    case .json(.null): false
    case .json(.bool(let flag)): flag
    case .json(.number(let text)), .json(.string(let text)): !text.isEmpty
    case .json(.array(let elements)): !elements.isEmpty
    case .json(.object(let members)): !members.isEmpty
    }
  }

  /// Go's name of its type.
  var type: String {
    switch self {
    case .int: "int"
    case .float: "float64"
    case .json(.null): "<nil>"
    case .json(.bool): "bool"
    case .json(.number): "json.Number"
    case .json(.string): "string"
    case .json(.array): "[]interface {}"
    case .json(.object): "map[string]interface {}"
    }
  }

  /// The value as `%v` writes it.
  var text: String {
    switch self {
    case .int(let number): String(number)
    case .float(let number): GoFloat.shortest(number)
    case .json(.null): "<nil>"
    case .json(.bool(let flag)): flag ? "true" : "false"
    case .json(.number(let text)), .json(.string(let text)): text
    case .json(.array(let elements)): "[\(elements.map { GoValue.json($0).text }.joined(separator: " "))]"
    case .json(.object(let members)):
      "map[\(members.sortedByKey.map { "\($0.key):\(GoValue.json($0.value).text)" }.joined(separator: " "))]"
    }
  }

  /// The value for an error.
  var excerpt: String { "\(text.beginning(60)) (\(type))" }
}

extension JSONObject {
  /// The members in the order of their keys' bytes, as Go goes through a map.
  var sortedByKey: [Member] { sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) } }
}
