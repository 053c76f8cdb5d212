import LinuxKernel
import SystemPackage
import Testing

@testable import Netfilter

/// What cannot be meant is refused, and the kernel is not asked.
@Suite struct ValidationTests {
  private static let berth = Table(.inet, "berth")
  private static let addresses = berth.set("addresses", .ipv4Addr)
  private static let ports = berth.map("ports", [.inetProto, .inetService], to: [.ipv4Addr, .inetService])
  private static let chain = berth.chain("c")
  private static let key: [DataType.Value] = [.proto(.tcp), .service(80)]
  private static let v4 = DataType.Value.address(.literal("10.0.0.2"))
  private static let v6 = DataType.Value.address(.literal("fd00::2"))

  /// Expects a refusal by the kernel's socket, before it is used, and by the fake.
  private func expectRefusal(_ reason: String, _ body: (inout Transaction) -> Void) {
    var refused = transaction { $0.add(Self.berth) }
    body(&refused)
    let transport = RecordedTransport([])
    let socket = NetfilterSocket(over: transport)
    let fake = FakeTable()
    for call in [socket.perform, socket.check, fake.perform, fake.check] {
      let error = failure { try call(refused) }
      #expect(error?.code == .invalidArgument, "\(refused)")
      #expect(error?.errno == .invalidArgument)
      #expect(error?.index == 1)
      #expect(error?.command == refused.commands.last?.description)
      #expect(error?.detail?.contains(reason) == true, "\(error?.detail ?? "nothing")")
    }
    #expect(transport.sent.isEmpty)
    #expect(fake.tables().isEmpty)
  }

  @Test(arguments: ["", String(repeating: "a", count: 129), "1a", "-a", "a b", "a\"", "a;", "ä", "a\u{0}", "a\n"])
  func refusesNames(name: String) {
    let other = Table(.inet, name)
    expectRefusal("name") { $0.add(other) }
    expectRefusal("name") { $0.delete(other.chain("c")) }
    expectRefusal("name") { $0.add(Self.berth.chain(name)) }
    expectRefusal("name") { $0.flush(Self.berth.chain(name)) }
    expectRefusal("name") { $0.add(Self.berth.set(name, .mark)) }
    expectRefusal("name") { $0.delete(Self.berth.map(name, [.mark], to: [.mark])) }
    expectRefusal("name") { $0.add(Self.berth.set(name, .mark).element(.mark(1))) }
    expectRefusal("name") { $0.add(Self.berth.chain(name).rule(.accept)) }
    expectRefusal("name") { $0.add(Self.chain.rule(.jump(Self.berth.chain(name)))) }
    expectRefusal("name") { $0.add(Self.chain.rule(.match(.metaMark, .set(Self.berth.set(name, .mark))))) }
    expectRefusal("name") { $0.delete(Table.ListedRule(chain: Self.berth.chain(name), handle: 1, comment: nil)) }
  }

  @Test(arguments: [String(repeating: "a", count: 129), "a\"b", "a\nb", "a\u{0}b", "a\u{7f}"])
  func refusesComments(comment: String) {
    expectRefusal("comment") { $0.add(Table(.ip, "t", comment: comment)) }
    expectRefusal("comment") { $0.add(Self.berth.chain("c", comment: comment)) }
    expectRefusal("comment") { $0.add(Self.berth.set("s", .mark, comment: comment)) }
    expectRefusal("comment") { $0.add(Self.addresses.element(Self.v4, comment: comment)) }
    expectRefusal("comment") { $0.add(Self.chain.rule(.accept, comment: comment)) }
  }

  @Test func refusesElementsOfOtherTypes() {
    expectRefusal("type is ipv6_addr") { $0.add(Self.addresses.element(Self.v6)) }
    expectRefusal("type is ipv6_addr") { $0.delete(Self.addresses.element(Self.v6)) }
    expectRefusal("type is ipv4_addr . mark") { $0.create(Self.addresses.element(Self.v4, .mark(1))) }
    expectRefusal("type is ") { $0.create(Self.addresses.element()) }
    expectRefusal("type is inet_service") { $0.add(Self.ports.element([.service(1)], to: [Self.v4, .service(1)])) }
    expectRefusal("value's type is ipv6_addr") { $0.add(Self.ports.element(Self.key, to: [Self.v6, .service(1)])) }
    expectRefusal("value's type is ipv6_addr") { $0.delete(Self.ports.element(Self.key, to: [Self.v6, .service(1)])) }
    expectRefusal("value's type is ipv4_addr") { $0.add(Self.ports.element(Self.key, to: [Self.v4])) }
    expectRefusal("value is missing") { $0.add(Self.ports.element(Self.key)) }
  }

  @Test(arguments: ["", "sixteen-letters-", "a/b", "a b", ".", "..", "a:b", "a\u{0}b", "a\"b"])
  func refusesInterfaceNames(name: String) {
    expectRefusal("interface") { $0.add(Self.berth.set("s", .ifname).element(.ifname(name))) }
    expectRefusal("interface") { $0.add(Self.chain.rule(.match(.iifname, .value(.ifname(name))))) }
  }

  @Test func refusesTypesThatAreTooLongOrNone() {
    expectRefusal("80 bytes") { $0.add(Self.berth.set("s", .ifname, .ifname, .ifname, .ifname, .ifname)) }
    expectRefusal("0 bytes") { $0.add(Self.berth.set("s")) }
    expectRefusal("0 bytes") { $0.add(Self.berth.map("s", [.mark], to: [])) }
  }

  @Test(
    arguments: [
      .match(.ipSaddr, .value(v6)), .match(.ipSaddr, .prefix(.literal("fd00::/64"))), .match(.iifname, .value(v4)),
      .match(.ctState, .status(.dnat)), .match(.ctStatus, .states(.new)), .match(.ctState, .states([])),
      .match(.ctStatus, .status([])), .match(.ipDaddr, .addressType(.local)), .match(.fibDaddrType, .value(v4)),
      .match(.ipSaddr, .prefix(.literal("10.0.0.1/8"))),
    ] as [Statement])
  func refusesComparisonsOfDifferentTypes(statement: Statement) {
    expectRefusal("cannot be compared") { $0.add(Self.chain.rule(statement)) }
  }

  @Test func refusesLookupsOfOtherTypes() {
    expectRefusal("has ipv4_addr") { $0.add(Self.chain.rule(.match(.ip6Saddr, .set(Self.addresses)))) }
    expectRefusal("has ipv4_addr") { $0.add(Self.chain.rule(.match([.ipSaddr, .metaMark], Self.addresses))) }
    expectRefusal("of no set") { $0.add(Self.chain.rule(.match(.ctState, .set(Self.addresses)))) }
    expectRefusal("inet_proto . inet_service") { $0.add(Self.chain.rule(.dnat(to: .map([.thDport], Self.ports)))) }
    let names = Self.berth.map("names", [.mark], to: [.ifname])
    expectRefusal("without addresses") { $0.add(Self.chain.rule(.dnat(to: .map([.metaMark], names)))) }
    let pairs = Self.berth.map("pairs", [.mark], to: [.ipv4Addr, .mark])
    expectRefusal("values of the type") { $0.add(Self.chain.rule(.dnat(to: .map([.metaMark], pairs)))) }
  }

  @Test func refusesWhatATablesPacketsDoNotHave() {
    func rule(_ family: Table.Family, _ statement: Statement) -> Table.Rule {
      Table(family, "t").chain("c").rule(statement)
    }
    expectRefusal("family ip6") { $0.add(rule(.ip6, .match(.ipSaddr, .value(Self.v4)))) }
    expectRefusal("family ip") { $0.add(rule(.ip, .match(.ip6Daddr, .value(Self.v6)))) }
    expectRefusal("family bridge") { $0.add(rule(.bridge, .match(.ipSaddr, .value(Self.v4)))) }
    expectRefusal("family bridge") { $0.add(rule(.bridge, .match(.fibDaddrType, .addressType(.local)))) }
    expectRefusal("ether saddr") { $0.add(rule(.inet, .match(.etherSaddr, .value(Self.v4)))) }
    expectRefusal("family ip6") { $0.add(rule(.ip6, .dnat(to: .address(.literal("10.0.0.1"), port: nil)))) }
    expectRefusal("family bridge") { $0.add(rule(.bridge, .snat(to: .address(.literal("10.0.0.1"), port: nil)))) }
  }

  @Test func refusesRulesThatMakeNoSense() {
    expectRefusal("without statements") { $0.add(Self.chain.rule()) }
    expectRefusal("nothing can follow") { $0.add(Self.chain.rule(.accept, .drop)) }
    expectRefusal("nothing can follow") { $0.insert(Self.chain.rule(.jump(Self.chain), .accept)) }
    expectRefusal("128") { $0.add(Self.chain.rule([Statement](repeating: .setMark(1), count: 65))) }
  }

  @Test func refusesWhatLiesInOtherTables() {
    let other = Table(.inet, "other")
    expectRefusal("refers to table inet other") { $0.add(Self.chain.rule(.jump(other.chain("c")))) }
    expectRefusal("refers to table inet other") { $0.add(Self.chain.rule(.goto(other.chain("c")))) }
    let set = other.set("s", .mark)
    expectRefusal("refers to table inet other") { $0.add(Self.chain.rule(.match(.metaMark, .set(set)))) }
    let map = Table(.ip, "berth").map("m", [.mark], to: [.ipv4Addr])
    expectRefusal("refers to table ip berth") { $0.add(Self.chain.rule(.dnat(to: .map([.metaMark], map)))) }
  }

  @Test func takesTheLongestOfEverything() throws {
    let longest = String(repeating: "a", count: 128)
    let table = Table(.inet, longest, comment: longest)
    let set = table.set(longest, .ifname, .ifname, .ifname, .ifname)
    let names = [DataType.Value](repeating: .ifname("fifteen-letters"), count: 4)
    let chain = table.chain(longest, comment: longest)
    try FakeTable().perform(
      transaction {
        $0.add(table)
        $0.add(set)
        $0.add(set.element(names, comment: longest))
        $0.add(chain)
        $0.add(chain.rule([Statement](repeating: .setMark(1), count: 64), comment: longest))
      })
  }
}
