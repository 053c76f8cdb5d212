import LinuxKernel
import Netfilter
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
}
