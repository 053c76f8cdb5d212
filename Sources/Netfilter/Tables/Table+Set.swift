extension Table {
  /// A named set: keys of one type, or of a concatenation of types.
  public struct Set: Sendable, Hashable {
    /// The table that it belongs to.
    public let table: Table
    /// Its name, unique among the table's sets and maps: at most 128 bytes.
    public let name: String
    /// The types of a key's fields.
    public let type: [DataType]
    /// What `nft list ruleset` shows as its comment: at most 128 bytes.
    public var comment: String?

    init(table: Table, name: String, type: [DataType], comment: String?) {
      self.table = table
      self.name = name
      self.type = type
      self.comment = comment
    }

    /// An element of this set; what does not fit its type is refused when a transaction is performed.
    public func element(_ key: DataType.Value..., comment: String? = nil) -> Element { element(key, comment: comment) }

    /// An element of this set; what does not fit its type is refused when a transaction is performed.
    public func element(_ key: [DataType.Value], comment: String? = nil) -> Element {
      Element(container: Container(self), key: key, value: nil, comment: comment)
    }
  }

  /// A set of this table.
  public func set(_ name: String, _ type: DataType..., comment: String? = nil) -> Set {
    Set(table: self, name: name, type: type, comment: comment)
  }
}
