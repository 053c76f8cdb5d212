import CNI
import CNIPlugin
import JSON
import LinuxKernel
import Netfilter
import Testing

@testable import NetworkPlugins

/// What attachments have in the host's table, in a ruleset that no packet passes.
@Suite struct HostTableTests {
  private let fake = FakeTable()
  private var host: HostRuleset { HostRuleset(fake, isKept: true) }

  private func owner(_ container: String, network: String = "net") -> LinkOwner {
    LinkOwner(network: network, identity: AttachmentIdentity(containerID: container, interfaceName: "eth0"))
  }

  private func claim(_ container: String, _ address: String, network: String = "net") throws -> TableClaim {
    var claim = TableClaim(owner(container, network: network))
    claim.masquerade(try #require(IPPrefix(address)))
    return claim
  }

  private var elements: [String] {
    get throws {
      try fake.sets(of: HostTable.table).flatMap { try fake.elements(of: $0) }
        .map { "\($0.key.map { "\($0)" }) \($0.comment ?? "")" }
    }
  }

  @Test func theFirstClaimMakesTheTableAndTheNextOnlyItsOwn() throws {
    try host.make(try claim("a", "10.1.0.2/16"))
    #expect(try host.defect() == nil)
    let chains = fake.chains(of: HostTable.table).count
    try host.make(try claim("b", "10.1.0.3/16"))
    #expect(fake.chains(of: HostTable.table).count == chains)
    #expect(try elements.count == 2)
    // Another subnet, or another network's pods, are masqueraded by rules of their own.
    try host.make(try claim("c", "10.2.0.3/16"))
    try host.make(try claim("d", "10.1.0.4/16", network: "other"))
    #expect(fake.chains(of: HostTable.table).count == chains + 2)
    #expect(try host.defect() == nil)
  }

  @Test func clientsOfHostPortsComeBeforeWhatIsMasqueraded() throws {
    let order = {
      self.fake.rules(of: HostTable.postrouting).compactMap { $0.comment.map { $0.hasPrefix("near-") } }
    }
    try host.make(try claim("a", "10.1.0.2/16"))
    var ports = TableClaim(owner("a"))
    ports.subnets = [SubnetRules(near: try #require(IPPrefix("10.1.0.2/16")), in: "net")]
    try host.make(ports)
    #expect(order() == [true, true, false])
    var transaction = Transaction()
    transaction.flush(HostTable.postrouting)
    try fake.perform(transaction)
    try host.mend([])
    #expect(order() == [true, true, false])
  }

  @Test func whatAnotherHasIsAConflictThatNamesHim() throws {
    try host.make(try claim("a", "10.1.0.2/16"))
    let before = fake.dump()
    let error = #expect(throws: TableConflict.self) { try host.make(try claim("b", "10.1.0.2/16")) }
    #expect(error?.error.message == "the address 10.1.0.2 is taken by the container a, interface eth0")
    #expect(fake.dump() == before)
  }

  @Test func whatAnotherInterfaceOfTheContainerHasStaysThatOnes() throws {
    let second = LinkOwner(
      network: "other", identity: AttachmentIdentity(containerID: "a", interfaceName: "eth1"))
    let port = { (owner: LinkOwner) in
      HostTable.ports(.v4).element(
        [.proto(.tcp), .service(80)], to: [.address(IPAddress(family: .v4, value: 1)), .service(80)],
        comment: owner.description)
    }
    var claims = [TableClaim(owner("a")), TableClaim(second)]
    claims[0].elements = [port(owner("a"))]
    claims[1].elements = [port(second)]
    for claim in claims { try host.make(claim) }
    #expect(try fake.elements(of: HostTable.ports(.v4)).map(\.comment) == [owner("a").description])
    for claim in claims { #expect(try host.missing(claim).isEmpty) }
    try host.take(claims[1].elements, of: second)
    #expect(try fake.elements(of: HostTable.ports(.v4)).count == 1)
  }

  @Test func portsOfTwoNetworksOfOneSubnetAreApart() throws {
    for network in ["one", "other"] {
      let subnet = SubnetRules(near: try #require(IPPrefix("10.1.0.2/16")), in: network)
      var claim = TableClaim(owner(network, network: network))
      claim.subnets = [subnet]
      claim.elements = [
        subnet.set.element(
          [.address(try #require(IPAddress("10.1.0.2"))), .proto(.tcp), .service(80)], comment: claim.owner.description)
      ]
      try host.make(claim)
    }
    #expect(try elements.count == 2 && host.defect() == nil)
  }

  @Test func whatTheOwnerHasMakesWay() throws {
    try host.make(try claim("a", "10.1.0.2/16"))
    try host.make(try claim("a", "10.1.0.2/16"))
    #expect(try elements.count == 1)
  }

  @Test func takesTheOwnersOnlyHoweverOften() throws {
    let (one, other) = (try claim("a", "10.1.0.2/16"), try claim("b", "10.1.0.2/16"))
    try host.make(one)
    // The address is another's by now: a late DEL leaves it alone.
    try host.take(one.elements, of: one.owner)
    try host.make(other)
    try host.take(one.elements, of: one.owner)
    #expect(try host.missing(other).isEmpty)
    try host.take { other.owner.isNamed(by: $0.comment) }
    try host.take { other.owner.isNamed(by: $0.comment) }
    #expect(try elements.isEmpty)
  }

  @Test func takesManyAtOnce() throws {
    var claim = TableClaim(owner("a"))
    for number in 2..<40 { claim.masquerade(try #require(IPPrefix("10.1.0.\(number)/16"))) }
    try host.make(claim)
    try host.make(try self.claim("b", "10.1.1.1/16"))
    try host.take(claim.elements, of: claim.owner)
    #expect(try elements.count == 1)
  }

  @Test func tidiesASubnetWithoutPods() throws {
    let (one, other) = (try claim("a", "10.1.0.2/16"), try claim("b", "10.2.0.2/16"))
    try host.make(one)
    try host.make(other)
    let foreign = try claim("c", "10.3.0.2/16", network: "other")
    try host.make(foreign)
    try host.take(one.elements, of: one.owner)
    try host.take(foreign.elements, of: foreign.owner)
    try host.tidy()
    let subnets = fake.sets(of: HostTable.table).compactMap(SubnetRules.init)
    #expect(subnets.map { "\($0.subnet)" } == ["10.2.0.0/16"])
    #expect(try host.defect() == nil)
  }

  @Test func tidiesBesideOthersWhoDo() throws {
    let gone = try claim("a", "10.1.0.2/16")
    try host.make(gone)
    try host.take(gone.elements, of: gone.owner)
    let overtaken = OvertakenRuleset(fake) { [host] in try host.tidy() }
    try HostRuleset(overtaken, isKept: false).tidy()
    #expect(overtaken.isOvertaken)
    #expect(fake.sets(of: HostTable.table).compactMap(SubnetRules.init).isEmpty)
  }

  @Test func mendsWhatSomebodyHasDeleted() throws {
    try host.make(try claim("a", "10.1.0.2/16"))
    let damages: [(inout Transaction) -> Void] = [
      { $0.flush(HostTable.postrouting) }, { $0.flush(HostTable.chains[0]) },
      { transaction in
        transaction.flush(HostTable.chains[4])
        transaction.delete(HostTable.chains[4])
      },
      { transaction in
        transaction.flush(HostTable.chains[0])
        transaction.delete(HostTable.maps[2])
      },
    ]
    for damage in damages {
      var transaction = Transaction()
      damage(&transaction)
      try fake.perform(transaction)
      #expect(try host.defect() != nil)
      try host.mend([])
      #expect(try host.defect() == nil)
      #expect(try elements.count == 1)
    }
    // Rules twice are as wrong as none.
    var transaction = Transaction()
    transaction.add(HostTable.rules[0])
    try fake.perform(transaction)
    #expect(try host.defect()?.contains("prerouting") == true)
    try host.mend([])
    #expect(try host.defect() == nil)
  }

  @Test func anotherVersionsTableIsLeftAlone() throws {
    var transaction = Transaction()
    transaction.add(Table(.inet, "berth", comment: "layout 99"))
    try fake.perform(transaction)
    let before = fake.dump()
    let error = #expect(throws: PluginError.self) { try host.make(try claim("a", "10.1.0.2/16")) }
    #expect(error?.message.contains("layout 99") == true && error?.code == 50)
    #expect(fake.dump() == before)
  }

  @Test func gcTakesWhatBelongsToNobodyOfTheCallers() throws {
    for container in ["a", "b", "c"] {
      try host.make(try claim(container, "10.1.0.\(container.utf8.first ?? 0)/16"))
    }
    try host.make(try claim("d", "10.1.0.1/16", network: "other"))
    var test = PluginTest(Bridge(), ["name": "net"])
    test.caller.owns = { $0 != "c" }
    let valid = AttachmentIdentity(containerID: "a", interfaceName: "eth0")
    try host.collect(try test.call(.gc, keeping: [valid])) { _ in true }
    #expect(try elements.count == 3)
    #expect(try !elements.contains { $0.contains("/b/eth0") })
  }
}
