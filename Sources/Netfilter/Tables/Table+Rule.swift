extension Table {
  /// A rule: statements that are executed from the left to the right, until one does not hold.
  public struct Rule: Sendable, Hashable {
    /// The chain that it belongs to.
    public let chain: Chain
    /// What it does.
    public let statements: [Statement]
    /// What `nft list ruleset` shows as its comment: at most 128 bytes.
    public let comment: String?
  }

  /// A rule that the kernel has: what is needed to delete it, and to know it again.
  public struct ListedRule: Sendable, Hashable {
    /// The chain that it belongs to.
    public let chain: Chain
    /// Its number, unique in the table and never used again.
    public let handle: UInt64
    /// Its comment.
    public let comment: String?

    /// Makes the value.
    public init(chain: Chain, handle: UInt64, comment: String?) {
      self.chain = chain
      self.handle = handle
      self.comment = comment
    }
  }
}

extension Table.Chain {
  /// A rule of this chain.
  public func rule(_ statements: Statement..., comment: String? = nil) -> Table.Rule {
    rule(statements, comment: comment)
  }

  /// A rule of this chain.
  public func rule(_ statements: [Statement], comment: String? = nil) -> Table.Rule {
    Table.Rule(chain: self, statements: statements, comment: comment)
  }
}

extension Table.Rule {
  /// The rule without its place: `ip saddr @masq4 jump masquerade comment "a"`.
  var words: String {
    let words = statements.map(\.words).joined(separator: " ")
    return comment.map { "\(words) comment \"\($0)\"" } ?? words
  }
}
