extension Table {
  /// A named map: keys to values, each of one type or of a concatenation of types.
  public struct Map: Sendable, Hashable {
    /// The table that it belongs to.
    public let table: Table
    /// Its name, unique among the table's sets and maps: at most 128 bytes.
    public let name: String
    /// The types of a key's fields.
    public let type: [DataType]
    /// The types of a value's fields.
    public let valueType: [DataType]
    /// What `nft list ruleset` shows as its comment: at most 128 bytes.
    public var comment: String?

    init(table: Table, name: String, type: [DataType], valueType: [DataType], comment: String?) {
      self.table = table
      self.name = name
      self.type = type
      self.valueType = valueType
      self.comment = comment
    }

    /// An element of this map; what does not fit its types is refused when a transaction is performed.
    public func element(_ key: [DataType.Value], to value: [DataType.Value], comment: String? = nil) -> Element {
      Element(container: Container(self), key: key, value: value, comment: comment)
    }

    /// The element under a key, whatever its value: enough to delete it, as the kernel deletes by key alone.
    public func element(_ key: [DataType.Value]) -> Element {
      Element(container: Container(self), key: key, value: nil, comment: nil)
    }
  }

  /// A map of this table.
  public func map(_ name: String, _ type: [DataType], to valueType: [DataType], comment: String? = nil) -> Map {
    Map(table: self, name: name, type: type, valueType: valueType, comment: comment)
  }
}
