import Synchronization
import SystemPackage

/// A ruleset in memory, for tests without a kernel: it takes transactions and fails them as the kernel does.
///
/// It knows the kernel's rules about what is there, what is in use and what jumps may lead to; no packet ever passes
/// it.
public final class FakeTable: Ruleset {
  private let state = Mutex(FakeRuleset())

  /// An empty ruleset.
  public init() {}

  /// Carries a transaction out, all or nothing: see ``Ruleset/perform(_:)``.
  public func perform(_ transaction: Transaction) throws(NetfilterError) {
    try state.withLock { state throws(NetfilterError) in
      state = try state.after(transaction)
      if !transaction.commands.isEmpty { state.generation &+= 1 }
    }
  }

  /// Tries a transaction: see ``Ruleset/check(_:)``.
  public func check(_ transaction: Transaction) throws(NetfilterError) {
    _ = try state.withLock { state throws(NetfilterError) in try state.after(transaction) }
  }

  /// Counts the transactions that were carried out.
  public func generation() -> UInt32 { state.withLock(\.generation) }

  /// All that is there, as `nft list ruleset` would show it but for numbers in place of priorities' names: tables,
  /// chains, sets and maps in the order of their making, elements in that of their keys. nft takes it for a script.
  public func dump() -> String { state.withLock(\.dump) }

  /// All tables.
  public func tables() -> [Table] { state.withLock { $0.tables.map(\.table) } }

  /// A table's chains: see ``Ruleset/chains(of:)``.
  public func chains(of table: Table) -> [Table.Chain] {
    state.withLock { $0.find(table)?.chains.map(\.chain) ?? [] }
  }

  /// A chain's rules: see ``Ruleset/rules(of:)``.
  public func rules(of chain: Table.Chain) -> [Table.ListedRule] {
    state.withLock { state in
      (state.find(chain.table)?.find(chain: chain.name)?.rules ?? []).map {
        Table.ListedRule(chain: chain, handle: $0.handle, comment: $0.rule.comment)
      }
    }
  }

  /// A table's sets: see ``Ruleset/sets(of:)``.
  public func sets(of table: Table) -> [Table.Set] {
    containers(of: table).filter { $0.valueType == nil }.map {
      Table.Set(table: table, name: $0.name, type: $0.type, comment: $0.comment)
    }
  }

  /// A table's maps: see ``Ruleset/maps(of:)``.
  public func maps(of table: Table) -> [Table.Map] {
    containers(of: table).compactMap { container in
      container.valueType.map {
        Table.Map(table: table, name: container.name, type: container.type, valueType: $0, comment: container.comment)
      }
    }
  }

  /// A set's elements: see ``Ruleset/elements(of:)-(Table.Set)``.
  public func elements(of set: Table.Set) throws(NetfilterError) -> [Table.Element] {
    try elements(of: Container(set))
  }

  /// A map's elements: see ``Ruleset/elements(of:)-(Table.Map)``.
  public func elements(of map: Table.Map) throws(NetfilterError) -> [Table.Element] {
    try elements(of: Container(map))
  }

  /// What is there under an element's key: see ``Ruleset/find(_:)``.
  public func find(_ element: Table.Element) throws(NetfilterError) -> Table.Element? {
    try Command(verb: .get, object: .element(element)).validateAlone()
    return state.withLock {
      $0.find(element.container.table)?.find(container: element.container.name)?.elements[element.key]
    }
  }

  private func containers(of table: Table) -> [Container] {
    state.withLock { $0.find(table)?.containers.map(\.container) ?? [] }
  }

  private func elements(of container: Container) throws(NetfilterError) -> [Table.Element] {
    let found = state.withLock { $0.find(container.table)?.find(container: container.name)?.sortedElements }
    guard let found else {
      throw NetfilterError(errno: .noSuchFileOrDirectory, command: "list \(container.kind) \(container.words)")
    }
    return found
  }
}
