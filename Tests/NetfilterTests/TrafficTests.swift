import LinuxKernel
import Netfilter
import Netlink
import Testing

/// What the layout does to real packets, over the loopback interface of a private namespace.
@Suite(.enabled(if: isRoot, "needs root")) struct TrafficTests {
  private func prepare(_ elements: [Table.Element]) throws -> NetfilterSocket {
    // Masquerading needs an address that is not the loopback interface's own.
    try RouteSocket().perform(.setUp(1), .addAddress(.literal("192.0.2.1/32"), toLink: 1))
    let socket = try NetfilterSocket()
    var layout = Transaction()
    layout.create(Layout.berth)
    for set in [Layout.masq4, Layout.masq6, Layout.hairpin, Layout.localnet] { layout.create(set) }
    for map in [Layout.ports4, Layout.ports6, Layout.portsOn4, Layout.portsOn6] { layout.create(map) }
    for chain in [Layout.hostports, Layout.masquerade, Layout.prerouting, Layout.output, Layout.postrouting] {
      layout.create(chain)
    }
    layout.create(Layout.input)
    layout.create(Layout.forward)
    for rule in Layout.rules { layout.add(rule) }
    for element in elements { layout.create(element) }
    try socket.perform(layout)
    return socket
  }

  private static func port(_ port: UInt16, to target: String, _ targetPort: UInt16) -> Table.Element {
    let address = IPAddress.literal(target)
    return (address.family == .v4 ? Layout.ports4 : Layout.ports6).element(
      [.proto(.udp), .service(port)], to: [.address(address), .service(targetPort)])
  }

  @Test func mapsPorts() async throws {
    try await inPrivateNetworkNamespace {
      let socket = try prepare([
        Self.port(8080, to: "127.0.0.1", 9090), Self.port(8080, to: "::1", 9090),
        Layout.portsOn4.element(
          [.address(.literal("127.0.0.2")), .proto(.udp), .service(8080)],
          to: [.address(.literal("127.0.0.1")), .service(9091)]),
      ])
      let (server, other) = (try DatagramSocket("127.0.0.1", port: 9090), try DatagramSocket("127.0.0.1", port: 9091))
      let server6 = try DatagramSocket("::1", port: 9090)
      try DatagramSocket("127.0.0.1").send("a", to: "127.0.0.1", port: 8080)
      try DatagramSocket("::1").send("b", to: "::1", port: 8080)
      try DatagramSocket("127.0.0.1").send("c", to: "127.0.0.2", port: 8080)
      #expect(server.received() == "a")
      #expect(server6.received() == "b")
      #expect(other.received() == "c")
      #expect(server.received() == nil)
      // A mapping of one address does not hold for another port.
      try socket.perform(transaction { $0.delete(Self.port(8080, to: "127.0.0.1", 9090)) })
      try DatagramSocket("127.0.0.1").send("d", to: "127.0.0.1", port: 8080)
      #expect(server.received() == nil)
    }
  }

  /// What keeps pods of a bridge with route_localnet from the host's own services.
  @Test func keepsLoopbackAddressesForMappedPorts() async throws {
    try await inPrivateNetworkNamespace {
      let socket = try prepare([Self.port(8080, to: "127.0.0.1", 9090)])
      let server = try DatagramSocket("127.0.0.1", port: 9090)
      let client = try DatagramSocket("127.0.0.1")
      try client.send("open", to: "127.0.0.1", port: 9090)
      #expect(server.received() == "open")
      try socket.perform(transaction { $0.create(Layout.localnet.element(.ifname("lo"))) })
      try client.send("closed", to: "127.0.0.1", port: 9090)
      #expect(server.received() == nil)
      try DatagramSocket("127.0.0.1").send("mapped", to: "127.0.0.1", port: 8080)
      #expect(server.received() == "mapped")
    }
  }

  /// A flow that began before its port was mapped goes on to where it went, until it is deleted.
  @Test(arguments: [("127.0.0.1", IPAddress.Family.v4), ("::1", .v6)])
  func deletesStaleFlows(address: String, family: IPAddress.Family) async throws {
    try await inPrivateNetworkNamespace {
      let socket = try prepare([])
      let conntrack = try Conntrack()
      try conntrack.deleteFlows(family, .udp, originalDestinationPort: 8080)
      let server = try DatagramSocket(address, port: 9090)
      let client = try DatagramSocket(address)
      for port: UInt16 in [8080, 8081] { try client.send("before", to: address, port: port) }
      try socket.perform(
        transaction {
          $0.create(Self.port(8080, to: address, 9090))
          $0.create(Self.port(8081, to: address, 9090))
        })
      try client.send("stale", to: address, port: 8080)
      #expect(server.received() == nil)
      // Neither another protocol's flows nor another family's.
      try conntrack.deleteFlows(family, .tcp, originalDestinationPort: 8080)
      try conntrack.deleteFlows(family == .v4 ? .v6 : .v4, .udp, originalDestinationPort: 8080)
      try conntrack.deleteFlows(family, .udp, originalDestinationPort: 9090)
      try client.send("still stale", to: address, port: 8080)
      #expect(server.received() == nil)
      try conntrack.deleteFlows(family, .udp, originalDestinationPort: 8080)
      try client.send("fresh", to: address, port: 8080)
      #expect(server.received() == "fresh")
      // The other port's flow is what it was.
      try client.send("stale", to: address, port: 8081)
      #expect(server.received() == nil)
    }
  }

  @Test func tellsThatPrivilegeIsMissing() async throws {
    try await inPrivateNetworkNamespace {
      let conntrack = try Conntrack()
      try dropCapabilities()
      let error = failure { try conntrack.deleteFlows(.v4, .udp, originalDestinationPort: 53) }
      #expect(error?.code == .permissionDenied)
      #expect(error?.description.hasPrefix("delete flows ipv4 udp orig-port-dst 53: ") == true)
    }
  }
}
