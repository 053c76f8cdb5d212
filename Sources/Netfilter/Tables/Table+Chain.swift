extension Table {
  /// A chain of rules: a base chain when it has a hook, else one to jump to.
  public struct Chain: Sendable, Hashable {
    /// The table that it belongs to.
    public let table: Table
    /// Its name, unique in the table: at most 128 bytes.
    public let name: String
    /// Where packets enter it; nil when only jumps do.
    public var hook: Hook?
    /// What `nft list ruleset` shows as its comment: at most 128 bytes.
    public var comment: String?

    init(table: Table, name: String, hook: Hook?, comment: String?) {
      self.table = table
      self.name = name
      self.hook = hook
      self.comment = comment
    }
  }

  /// A chain of this table.
  public func chain(_ name: String, _ hook: Hook? = nil, comment: String? = nil) -> Chain {
    Chain(table: self, name: name, hook: hook, comment: comment)
  }
}

extension Table.Chain {
  /// The chain as nft names it: `inet berth forward`.
  var words: String { "\(table.words) \(name)" }
}
