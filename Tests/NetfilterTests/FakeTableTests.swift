import LinuxKernel
import Netfilter
import SystemPackage
import Testing

@Suite struct FakeTableTests {
  private static let t = Table(.inet, "t", comment: "first")
  private static let set = t.set("s", .ipv4Addr, comment: "a set")
  private static let map = t.map("m", [.inetProto, .inetService], to: [.ipv4Addr, .inetService])

  @Test func dumpsWhatIsThere() throws {
    let fake = FakeTable()
    #expect(fake.dump().isEmpty)
    try fake.perform(
      transaction {
        $0.create(Self.t)
        $0.create(Self.set)
        $0.create(Self.map)
        // In the order of the keys, not of the adding.
        for last in [10, 9, 2] { $0.create(Self.set.element(.address(.literal("10.0.0.\(last)")))) }
        $0.create(
          Self.map.element(
            [.proto(.udp), .service(53)], to: [.address(.literal("10.0.0.2")), .service(53)], comment: "n/i/eth0"))
        let chain = Self.t.chain("c", .nat(.postrouting, .srcnat), comment: "a chain")
        $0.create(chain)
        $0.add(chain.rule(.match(.ipSaddr, .set(Self.set)), .masquerade, comment: "a rule"))
        $0.create(Table(.ip6, "empty"))
      })
    #expect(
      fake.dump() == """
        table inet t {
        \tcomment "first"

        \tset s {
        \t\ttype ipv4_addr
        \t\tcomment "a set"
        \t\telements = { 10.0.0.2,
        \t\t\t     10.0.0.9,
        \t\t\t     10.0.0.10 }
        \t}

        \tmap m {
        \t\ttype inet_proto . inet_service : ipv4_addr . inet_service
        \t\telements = { udp . 53 comment "n/i/eth0" : 10.0.0.2 . 53 }
        \t}

        \tchain c {
        \t\tcomment "a chain"
        \t\ttype nat hook postrouting priority 100; policy accept;
        \t\tip saddr @s masquerade comment "a rule"
        \t}
        }

        table ip6 empty {
        }

        """)
  }

  @Test func countsGenerations() throws {
    let fake = FakeTable()
    let first = fake.generation()
    var change = transaction { $0.create(Self.t) }
    change.generation = first
    try fake.check(change)
    #expect(fake.generation() == first)
    try fake.perform(change)
    #expect(fake.generation() == first + 1)
    change = transaction { $0.delete(Self.t) }
    change.generation = first
    for call in [fake.perform, fake.check] {
      let error = failure { try call(change) }
      #expect(error?.code == .changedMeanwhile)
      #expect(error?.index == nil)
    }
    #expect(fake.tables() == [Self.t])
  }

  @Test func deletesRulesByTheirHandles() throws {
    let fake = FakeTable()
    let chain = Self.t.chain("c")
    try fake.perform(
      transaction {
        $0.create(Self.t)
        $0.create(chain)
        $0.add(chain.rule(.accept, comment: "one"))
        $0.add(chain.rule(.accept, comment: "two"))
      })
    let rules = fake.rules(of: chain)
    #expect(rules.map(\.comment) == ["one", "two"])
    try fake.perform(transaction { $0.delete(rules[0]) })
    #expect(fake.rules(of: chain) == [rules[1]])
    #expect(failure { try fake.perform(transaction { $0.delete(rules[0]) }) }?.code == .notFound)
  }

  @Test func keepsEverythingWhenACommandFails() throws {
    let fake = FakeTable()
    let change = transaction {
      $0.create(Self.t)
      $0.create(Self.set)
      $0.delete(Self.map)
    }
    let error = failure { try fake.perform(change) }
    #expect(error?.description == "delete map inet t m: No such file or directory (errno 2)")
    #expect(error?.index == 2)
    #expect(fake.dump().isEmpty)
  }

  @Test func listsNothingOfWhatIsNotThere() {
    let fake = FakeTable()
    #expect(fake.chains(of: Self.t).isEmpty)
    #expect(fake.rules(of: Self.t.chain("c")).isEmpty)
    #expect(fake.sets(of: Self.t).isEmpty)
    #expect(fake.maps(of: Self.t).isEmpty)
    #expect(failure { _ = try fake.elements(of: Self.set) }?.code == .notFound)
    #expect(failure { _ = try fake.elements(of: Self.map) }?.description.contains("list map inet t m") == true)
  }
}
