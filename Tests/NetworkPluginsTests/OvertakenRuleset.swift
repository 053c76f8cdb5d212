import Netfilter
import Synchronization

/// A ruleset that somebody else changes right before a set is read that was listed.
final class OvertakenRuleset: Ruleset {
  private let ruleset: FakeTable
  private let other: Mutex<(@Sendable () throws -> Void)?>

  init(_ ruleset: FakeTable, by other: @escaping @Sendable () throws -> Void) {
    self.ruleset = ruleset
    self.other = Mutex(other)
  }

  /// Whether the other one has been at it.
  var isOvertaken: Bool { other.withLock { $0 == nil } }

  func elements(of set: Table.Set) throws(NetfilterError) -> [Table.Element] {
    try? other.withLock { $0.take() }?()
    return try ruleset.elements(of: set)
  }

  func perform(_ transaction: Transaction) throws(NetfilterError) { try ruleset.perform(transaction) }
  func check(_ transaction: Transaction) throws(NetfilterError) { try ruleset.check(transaction) }
  func generation() throws(NetfilterError) -> UInt32 { try (ruleset as any Ruleset).generation() }
  func tables() throws(NetfilterError) -> [Table] { try (ruleset as any Ruleset).tables() }
  func chains(of table: Table) throws(NetfilterError) -> [Table.Chain] {
    try (ruleset as any Ruleset).chains(of: table)
  }
  func rules(of chain: Table.Chain) throws(NetfilterError) -> [Table.ListedRule] {
    try (ruleset as any Ruleset).rules(of: chain)
  }
  func sets(of table: Table) throws(NetfilterError) -> [Table.Set] { try (ruleset as any Ruleset).sets(of: table) }
  func maps(of table: Table) throws(NetfilterError) -> [Table.Map] { try (ruleset as any Ruleset).maps(of: table) }
  func elements(of map: Table.Map) throws(NetfilterError) -> [Table.Element] { try ruleset.elements(of: map) }
  func find(_ element: Table.Element) throws(NetfilterError) -> Table.Element? {
    try (ruleset as any Ruleset).find(element)
  }
}
