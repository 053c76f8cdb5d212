/// A table of nf_tables: a family and a name, what everything else of the ruleset lives in.
///
/// A value; nothing is asked of the kernel when it is made. Names are checked when a transaction is performed.
public struct Table: Sendable, Hashable {
  /// The packets that a table sees.
  public enum Family: String, Sendable, Hashable, CaseIterable {
    /// IPv4.
    case ip
    /// IPv6.
    case ip6
    /// IPv4 and IPv6.
    case inet
    /// What a bridge forwards.
    case bridge
  }

  /// The packets that it sees.
  public let family: Family
  /// Its name, unique in the family: at most 128 bytes, a letter, then letters, digits, `_`, `-`, `.` and `/`, as all
  /// names. The kernel doesn't mind nft's keywords, nft's scripts do.
  public let name: String
  /// What `nft list ruleset` shows as its comment: at most 128 bytes. It is set at birth; adding a table that is there
  /// leaves it as it is.
  public var comment: String?

  /// Makes the value.
  public init(_ family: Family, _ name: String, comment: String? = nil) {
    self.family = family
    self.name = name
    self.comment = comment
  }
}

extension Table {
  /// The table as nft names it: `inet berth`.
  var words: String { "\(family.rawValue) \(name)" }

  /// Whether both are the same table, whatever their comments.
  func isSame(as other: Table) -> Bool { family == other.family && name == other.name }
}
