extension Table {
  /// An element of a set or of a map.
  public struct Element: Sendable, Hashable, CustomStringConvertible {
    let container: Container
    /// The key's fields.
    public let key: [DataType.Value]
    /// The value's fields; nil in a set, and where a map's key alone was given.
    public let value: [DataType.Value]?
    /// What `nft list ruleset` shows as its comment: at most 128 bytes.
    public let comment: String?

    /// The element in nft's words, after those of its set or map: `inet berth ports4 { tcp . 80 : 10.0.0.2 . 80 }`.
    public var description: String { "\(container.words) { \(words) }" }
  }
}

extension Table.Element {
  /// What stands between the braces: `tcp . 80 comment "a" : 10.0.0.2 . 80`.
  var words: String {
    var words = key.words
    if let comment { words += " comment \"\(comment)\"" }
    if let value { words += " : \(value.words)" }
    return words
  }
}

/// What elements belong to: a set or a map.
struct Container: Sendable, Hashable {
  let table: Table
  let name: String
  let type: [DataType]
  /// nil for a set.
  let valueType: [DataType]?
  let comment: String?

  init(_ set: Table.Set) {
    (table, name, type, valueType, comment) = (set.table, set.name, set.type, nil, set.comment)
  }

  init(_ map: Table.Map) {
    (table, name, type, valueType, comment) = (map.table, map.name, map.type, map.valueType, map.comment)
  }

  /// The container as nft names it: `inet berth ports4`.
  var words: String { "\(table.words) \(name)" }

  /// nft's word for its kind.
  var kind: String { valueType == nil ? "set" : "map" }

  /// What follows nft's `type`.
  var typeWords: String { valueType.map { "\(type.words) : \($0.words)" } ?? type.words }
}

extension Container {
  init(table: Table, name: String, type: [DataType], valueType: [DataType]?, comment: String?) {
    self.table = table
    self.name = name
    self.type = type
    self.valueType = valueType
    self.comment = comment
  }
}
