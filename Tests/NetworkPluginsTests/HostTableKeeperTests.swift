import CNIPlugin
import LinuxKernel
import Netfilter
import Synchronization
import Testing

@testable import NetworkPlugins

/// Which of others' changes a daemon looks at its pods for.
@Suite struct HostTableKeeperTests {
  private func isDamage(
    _ kind: RulesetEvent.Kind, deletion: Bool = true, table: String = "berth", by portID: UInt32 = 7,
    comments: [String?] = []
  ) -> Bool {
    let change = RulesetEvent.Change(
      kind: kind, isDeletion: deletion, family: .inet, table: table, portID: portID, comments: comments)
    return HostTableKeeper.isDamage(.changed(change), to: 1) { $0 == "mine" }
  }

  @Test func whatOthersDeleteOfTheTableIsDamage() {
    #expect(isDamage(.table) && isDamage(.chain) && isDamage(.rule) && isDamage(.set))
    // A rule that somebody puts before ours may keep packets from it.
    #expect(isDamage(.rule, deletion: false))
    #expect(!isDamage(.table, table: "filter") && !isDamage(.table, by: 1))
    #expect(HostTableKeeper.isDamage(.lost, to: 1) { _ in false })
    #expect(!HostTableKeeper.isDamage(.committed(generation: 2, portID: 7), to: 1) { _ in true })
  }

  @Test func whatOthersDeleteOfTheirOwnIsNone() {
    let (mine, other) = ("0123456789abcdef/mine/eth0", "0123456789abcdef/other/eth0")
    #expect(isDamage(.element, comments: [mine]) && isDamage(.element, comments: [other, mine]))
    #expect(!isDamage(.element, comments: [other]) && !isDamage(.element, comments: [other, other]))
    // A link's, and what nobody has marked.
    #expect(isDamage(.element, comments: ["cni0"]) && isDamage(.element, comments: [nil]) && isDamage(.element))
  }

  @Test func whatOthersPutThereInThePodsNamesIsDamage() {
    let (mine, other) = ("0123456789abcdef/mine/eth0", "0123456789abcdef/other/eth0")
    #expect(isDamage(.element, deletion: false, comments: [other, mine]))
    #expect(!isDamage(.element, deletion: false, comments: [other]))
    #expect(!isDamage(.element, deletion: false, comments: ["cni0"]) && !isDamage(.element, deletion: false))
  }

  @Test func whoeverIsOvertakenMendsAgainUntilAllIsThere() throws {
    let table = BusyTable()
    let host = HostRuleset(table, isKept: true)
    try host.mend([])
    var transaction = Transaction()
    transaction.flush(HostTable.postrouting)
    try table.perform(transaction)
    table.overtake(times: 3)
    #expect(try host.mendIfThere())
    #expect(try host.defect() == nil && !host.mendIfThere())
  }

  @Test func whatCannotBeMadeWholeIsNoSuccess() throws {
    let table = BusyTable()
    let host = HostRuleset(table, isKept: true)
    try host.mend([])
    var transaction = Transaction()
    transaction.flush(HostTable.postrouting)
    try table.perform(transaction)
    table.overtake(times: .max)
    #expect(throws: PluginError.self) { try host.mendIfThere() }
  }
}

/// A ruleset that others change between a look at it and the transaction that follows, as often as it is told.
private final class BusyTable: Ruleset {
  private let fake = FakeTable()
  private let left = Mutex(0)

  func overtake(times: Int) { left.withLock { $0 = times } }

  func generation() throws(NetfilterError) -> UInt32 {
    let isOvertaken = left.withLock { left in
      defer { left = max(0, left - 1) }
      return left > 0
    }
    return fake.generation() &- (isOvertaken ? 1 : 0)
  }

  func perform(_ transaction: Transaction) throws(NetfilterError) { try fake.perform(transaction) }
  func check(_ transaction: Transaction) throws(NetfilterError) { try fake.check(transaction) }
  func tables() throws(NetfilterError) -> [Table] { fake.tables() }
  func chains(of table: Table) throws(NetfilterError) -> [Table.Chain] { fake.chains(of: table) }
  func rules(of chain: Table.Chain) throws(NetfilterError) -> [Table.ListedRule] { fake.rules(of: chain) }
  func sets(of table: Table) throws(NetfilterError) -> [Table.Set] { fake.sets(of: table) }
  func maps(of table: Table) throws(NetfilterError) -> [Table.Map] { fake.maps(of: table) }
  func elements(of set: Table.Set) throws(NetfilterError) -> [Table.Element] { try fake.elements(of: set) }
  func elements(of map: Table.Map) throws(NetfilterError) -> [Table.Element] { try fake.elements(of: map) }
  func find(_ element: Table.Element) throws(NetfilterError) -> Table.Element? { try fake.find(element) }
}
