/// The tables of one network namespace: what the kernel has, or what a test pretends it has.
public protocol Ruleset: Sendable {
  /// Carries a transaction out, all or nothing.
  ///
  /// - Throws: An error that names the command that failed; the first one where several did.
  func perform(_ transaction: Transaction) throws(NetfilterError)

  /// Tries a transaction without changing anything, and throws what ``perform(_:)`` would.
  func check(_ transaction: Transaction) throws(NetfilterError)

  /// The number of the ruleset's present state, which every transaction of anybody's changes.
  func generation() throws(NetfilterError) -> UInt32

  /// All tables, of all families.
  func tables() throws(NetfilterError) -> [Table]

  /// A table's chains; none when there is no such table.
  func chains(of table: Table) throws(NetfilterError) -> [Table.Chain]

  /// A chain's rules in their order; none when there is no such chain.
  func rules(of chain: Table.Chain) throws(NetfilterError) -> [Table.ListedRule]

  /// A table's named sets; those of types without a ``DataType`` are left out, and so are all where there is no such
  /// table.
  func sets(of table: Table) throws(NetfilterError) -> [Table.Set]

  /// A table's named maps; those of types without a ``DataType`` are left out, and so are all where there is no such
  /// table.
  func maps(of table: Table) throws(NetfilterError) -> [Table.Map]

  /// A set's elements in no particular order; `notFound` when there is no such set, `interrupted` when the ruleset
  /// keeps changing under a listing of several hundred.
  func elements(of set: Table.Set) throws(NetfilterError) -> [Table.Element]

  /// A map's elements in no particular order; fails as ``elements(of:)-(Table.Set)`` does.
  func elements(of map: Table.Map) throws(NetfilterError) -> [Table.Element]

  /// What is there under an element's key, with its value and comment; nil when nothing is, nor when there is no such
  /// set or map. It takes no longer where there are more elements.
  func find(_ element: Table.Element) throws(NetfilterError) -> Table.Element?
}
