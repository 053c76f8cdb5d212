/// What the kernel told about changes of the ruleset.
public enum RulesetEvent: Sendable, Hashable {
  /// What a change was made to.
  public enum Kind: Sendable, Hashable {
    /// A table.
    case table
    /// A chain.
    case chain
    /// A rule.
    case rule
    /// A set or a map.
    case set
    /// An element of a set or of a map.
    case element
    /// Anything else: named objects, flow tables.
    case other
  }

  /// One thing was made or deleted. What goes with its table, chain or set when that is deleted is told about, too.
  case changed(Change)
  /// A transaction is complete, whose changes were told about before; the ruleset has this generation now.
  case committed(generation: UInt32, portID: UInt32)
  /// Some notifications did not fit into the socket's buffer: anything may have changed.
  case lost

  /// One thing that was made or deleted.
  public struct Change: Sendable, Hashable {
    /// The kind of thing.
    public let kind: Kind
    /// Whether it was deleted.
    public let isDeletion: Bool
    /// The table's family; nil when it is none of a ``Table/Family``.
    public let family: Table.Family?
    /// The table's name; nil when the kernel gave none.
    public let table: String?
    /// The port id of whoever changed it: ``NetfilterSocket/portID`` when that was one of this process.
    public let portID: UInt32
    /// Of elements their comments, nil of those that have none; else empty.
    public let comments: [String?]

    /// Makes the value.
    public init(
      kind: Kind, isDeletion: Bool, family: Table.Family?, table: String?, portID: UInt32, comments: [String?] = []
    ) {
      self.comments = comments
      self.kind = kind
      self.isDeletion = isDeletion
      self.family = family
      self.table = table
      self.portID = portID
    }
  }

  /// The port id of whoever made the change; nil of lost ones.
  public var portID: UInt32? {
    switch self {
    case .changed(let change): change.portID
    case .committed(_, let portID): portID
    case .lost: nil
    }
  }

  /// Whether it may concern a table: a change of it, a change of one that was not named, or a loss.
  public func concerns(_ table: Table) -> Bool {
    switch self {
    case .changed(let change):
      (change.family ?? table.family) == table.family && (change.table ?? table.name) == table.name
    case .committed: false
    case .lost: true
    }
  }
}
