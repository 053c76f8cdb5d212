import Glibc
import LinuxKernel
import Netlink
import SystemPackage
import Testing

/// Links with all they can be given at birth, in namespaces of the test's own.
@Suite(.enabled(if: isRoot, "needs root")) struct NewLinkTests {
  @Test func aVethIsBornWithAllItNeeds() async throws {
    try await inPrivateNetworkNamespace {
      let pod = try RouteSocket()
      let held = try FileDescriptor.open("/proc/thread-self/ns/net", .readOnly, options: .closeOnExec)
      defer { try? held.close() }  // read only
      try enterFreshNetworkNamespace()
      let host = try RouteSocket()
      try host.perform(.createBridge(NewLink("br0")))
      let bridge = try host.link(named: "br0").index

      var link = NewLink("veth0a1b2c3d")
      (link.index, link.mac, link.mtu) = (4000, MACAddress("0a:00:00:00:00:01"), 1400)
      (link.master, link.isUp, link.group, link.transmitQueueLength) = (bridge, true, 7, 5)
      var peer = NewLink("eth0")
      (peer.index, peer.mac, peer.mtu, peer.namespace) = (5000, MACAddress("0a:00:00:00:00:02"), 1400, held.rawValue)
      try host.perform(
        .createVethPair(link, peer: peer), .setAlias("network/pod/eth0", ofLink: 4000),
        .setBridgePort(BridgePort(hairpin: true, isIsolated: true), ofLink: 4000))

      let made = try host.link(index: 4000)
      #expect(made.name == "veth0a1b2c3d" && made.kind == "veth" && made.isUp && made.mtu == 1400)
      #expect(made.mac == link.mac && made.masterIndex == bridge && made.group == 7)
      #expect(made.transmitQueueLength == 5 && made.alias == "network/pod/eth0" && made.peerIndex == 5000)
      #expect(made.port?.hairpin == true && made.port?.isIsolated == true)
      let inside = try pod.link(named: "eth0")
      #expect(inside.index == 5000 && inside.mac == peer.mac && !inside.isUp && inside.mtu == 1400)
      #expect(inside.alias == nil && inside.port == nil)
    }
  }

  @Test func changesGoOnAfterAFailedOne() async throws {
    try await inPrivateNetworkNamespace {
      let socket = try RouteSocket()
      var link = NewLink("left")
      link.index = 100
      try socket.perform(.createVethPair(link, peer: NewLink("peer%d")))
      // Its birth fails; what follows addresses what it would have been, and finds nothing.
      var second = NewLink("left")
      second.index = 200
      let failures = try socket.failures(of: [
        .createVethPair(second, peer: NewLink("other")), .setUp(200), .setMTU(1300, ofLink: 100),
      ])
      #expect(failures.map { $0?.code } == [.alreadyExists, .linkNotFound, nil])
      let left = try socket.link(named: "left")
      #expect(!left.isUp && left.mtu == 1300)
    }
  }

  @Test func aNumberThatIsTakenIsNobodysTwice() async throws {
    try await inPrivateNetworkNamespace {
      let socket = try RouteSocket()
      var link = NewLink("a")
      link.index = 77
      try socket.perform(.createVethPair(link, peer: NewLink("b")))
      link.name = "c"
      let error = failure { try socket.perform(.createVethPair(link, peer: NewLink("d"))) }
      #expect(error?.code == .alreadyExists)
      #expect(try socket.links().count == 3)
    }
  }

  @Test func aPeerIsNotBornUp() {
    var peer = NewLink("b")
    peer.isUp = true
    #expect(failure { _ = try Change.createVethPair(NewLink("a"), peer: peer) }?.code == .invalidArgument)
  }

  @Test func theKernelNumbersAName() async throws {
    try await inPrivateNetworkNamespace {
      let socket = try RouteSocket()
      for name in ["eth0", "eth1"] { try socket.perform(.createVethPair(NewLink(name), peer: NewLink("veth%d"))) }
      #expect(try socket.links().map(\.name).sorted() == ["eth0", "eth1", "lo", "veth0", "veth1"])
    }
  }

  @Test func flagsMACAndQueueLengthCanBeChanged() async throws {
    try await inPrivateNetworkNamespace {
      let socket = try RouteSocket()
      try socket.perform(.createVethPair(NewLink("a"), peer: NewLink("b")))
      let index = try socket.link(named: "a").index
      let mac = try #require(MACAddress("0a:0b:0c:0d:0e:0f"))
      try socket.perform(
        .setMAC(mac, ofLink: index), .setTransmitQueueLength(33, ofLink: index),
        .setFlags(.promiscuous, of: .promiscuous, ofLink: index), .setUp(index))
      var link = try socket.link(index: index)
      #expect(link.mac == mac && link.transmitQueueLength == 33 && link.isUp && link.flags.contains(.promiscuous))
      try socket.perform(.setDown(index), .setFlags([], of: .promiscuous, ofLink: index))
      link = try socket.link(index: index)
      #expect(!link.isUp && !link.flags.contains(.promiscuous))
    }
  }

  @Test func aLinkMayBeKeptFromAddressesOfItsOwnMaking() async throws {
    try await inPrivateNetworkNamespace {
      let socket = try RouteSocket()
      try socket.perform(
        .createVethPair(NewLink("quiet"), peer: NewLink("a")), .createVethPair(NewLink("usual"), peer: NewLink("b")))
      let (quiet, usual) = (try socket.link(named: "quiet").index, try socket.link(named: "usual").index)
      try socket.perform(
        .generateNoAddresses(onLink: quiet), .setUp(try socket.link(named: "a").index),
        .setUp(try socket.link(named: "b").index), .setUp(quiet), .setUp(usual))
      #expect(try socket.addresses(ofLink: usual).map(\.prefix.address.isLinkLocal) == [true])
      #expect(try socket.addresses(ofLink: quiet).isEmpty)
    }
  }
}
