import LinuxKernel
import Netlink
import SystemPackage
import Testing

@Suite(.enabled(if: isRoot, "needs root")) struct BridgePortTests {
  /// A bridge with one port; the port's index.
  private func port(_ socket: RouteSocket, filtersVLANs: Bool = false) throws -> Int32 {
    var bridge = NewLink("br0")
    bridge.isUp = true
    try socket.perform(.createBridge(bridge, filtersVLANs: filtersVLANs))
    var link = NewLink("port0")
    (link.master, link.isUp) = (try socket.link(named: "br0").index, true)
    try socket.perform(.createVethPair(link, peer: NewLink("peer0")))
    try socket.perform(.setUp(socket.link(named: "peer0").index))
    return try socket.link(named: "port0").index
  }

  @Test func onlyWhatIsGivenIsSet() async throws {
    try await inPrivateNetworkNamespace {
      let socket = try RouteSocket()
      let index = try port(socket)
      #expect(try socket.link(index: index).port == BridgePort(hairpin: false, isIsolated: false, state: .forwarding))
      try socket.perform(.setBridgePort(BridgePort(hairpin: true), ofLink: index))
      try socket.perform(.setBridgePort(BridgePort(isIsolated: true), ofLink: index))
      #expect(try socket.link(index: index).port == BridgePort(hairpin: true, isIsolated: true, state: .forwarding))
      try socket.perform(.setBridgePort(BridgePort(hairpin: false, isIsolated: false, state: .disabled), ofLink: index))
      #expect(try socket.link(index: index).port == BridgePort(hairpin: false, isIsolated: false, state: .disabled))
    }
  }

  @Test func whatIsNoPortHasNone() async throws {
    try await inPrivateNetworkNamespace {
      let socket = try RouteSocket()
      _ = try port(socket)
      let peer = try socket.link(named: "peer0")
      #expect(peer.port == nil)
      #expect(failure { try socket.perform(.setBridgePort(BridgePort(hairpin: true), ofLink: peer.index)) } != nil)
      #expect(
        failure { try socket.perform(.setBridgePort(BridgePort(hairpin: true), ofLink: 4711)) }?.code == .linkNotFound)
    }
  }

  @Test func vlansOfAPort() async throws {
    let refusal = try await inPrivateNetworkNamespace {
      let socket = try RouteSocket()
      return failure { try socket.perform(.createBridge(NewLink("br0"), filtersVLANs: true)) }
    }
    if let refusal {
      #expect(refusal.errno == .notSupported)
      try Test.cancel("this kernel's bridges tell no VLANs apart (CONFIG_BRIDGE_VLAN_FILTERING)")
    }
    try await inPrivateNetworkNamespace {
      let socket = try RouteSocket()
      let index = try port(socket, filtersVLANs: true)
      #expect(try socket.link(named: "br0").filtersVLANs)
      let first = try #require(PortVLAN(1...1, isDefault: true, isUntagged: true))
      #expect(try socket.vlans(ofPort: index) == [first])
      let own = try #require(PortVLAN(10...10, isDefault: true, isUntagged: true))
      let trunk = try #require(PortVLAN(20...22))
      try socket.perform(
        .deleteVLANs(first, fromPort: index), .addVLANs(own, toPort: index), .addVLANs(trunk, toPort: index))
      #expect(try socket.vlans(ofPort: index) == [own] + [20, 21, 22].compactMap { PortVLAN($0...$0) })
    }
  }

  @Test func whatIsNoVLANIsNone() {
    #expect(PortVLAN(0...1) == nil && PortVLAN(1...4095) == nil && PortVLAN(1...2, isDefault: true) == nil)
    #expect(PortVLAN(1...4094) != nil)
  }
}
