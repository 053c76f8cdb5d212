import LinuxKernel
import Netlink
import Testing

@Suite(.enabled(if: isRoot, "needs root")) struct RouteSocketTests {
  @Test func bringsLoopbackUp() async throws {
    try await inPrivateNetworkNamespace {
      let socket = try RouteSocket()
      let loopback = try socket.link(named: "lo")
      #expect(loopback.flags.contains(.loopback))
      #expect(!loopback.isUp)
      try socket.perform(.setUp(loopback.index))
      #expect(try socket.link(index: loopback.index).isUp)
      try socket.perform(.setUp(loopback.index))
      #expect(try socket.addresses(ofLink: loopback.index).map(\.prefix.description) == ["127.0.0.1/8", "::1/128"])
    }
  }

  @Test func makesChangesAndDeletesAVethPair() async throws {
    try await inPrivateNetworkNamespace {
      let socket = try RouteSocket()
      try socket.perform(.createVethPair(NewLink("left"), peer: NewLink("right")))
      let left = try socket.link(named: "left")
      let right = try socket.link(named: "right")
      #expect(left.kind == "veth")
      #expect(left.peerIndex == right.index)
      #expect(right.peerIndex == left.index)
      #expect(left.peerNamespaceID == nil)

      try socket.perform(.setMTU(1400, ofLink: left.index))
      let changed = try socket.link(index: left.index)
      #expect(changed.mtu == 1400)

      try socket.perform(.createBridge(NewLink("bridge0")))
      let bridge = try socket.link(named: "bridge0")
      #expect(bridge.kind == "bridge")
      try socket.perform(.setMaster(bridge.index, ofLink: left.index))
      #expect(try socket.link(index: left.index).masterIndex == bridge.index)
      try socket.perform(.setMaster(nil, ofLink: left.index))
      #expect(try socket.link(index: left.index).masterIndex == nil)

      try socket.perform(.deleteLink(left.index))
      #expect(try socket.links().map(\.name).sorted() == ["bridge0", "lo"])
      try socket.perform(.deleteLink(named: "bridge0"))
    }
  }

  @Test func addsAndDeletesAddressesAndRoutes() async throws {
    try await inPrivateNetworkNamespace {
      let socket = try RouteSocket()
      try socket.perform(.createVethPair(NewLink("left"), peer: NewLink("right")))
      let link = try socket.link(named: "left").index
      try socket.perform(.setUp(link))
      try socket.perform(.setUp(socket.link(named: "right").index))
      let v4 = try #require(IPPrefix("10.1.0.7/16"))
      let v6 = try #require(IPPrefix("fd00::7/64"))
      try socket.perform(.addAddress(v4, toLink: link, broadcast: IPAddress("10.1.255.255")))
      try socket.perform(.addAddress(v6, toLink: link, detectDuplicates: false))
      let addresses = try socket.addresses(ofLink: link).filter { !$0.prefix.address.isLinkLocal }
      #expect(addresses.map(\.prefix) == [v4, v6])
      #expect(addresses.first?.broadcast?.description == "10.1.255.255")
      #expect(addresses.allSatisfy { !$0.isTentative && $0.linkIndex == link })

      let destination = try #require(IPPrefix("10.9.0.0/24"))
      let routes = [
        Route(to: .everything(.v4), via: IPAddress("10.1.0.1"), link: link),
        Route(to: destination, link: link, preferredSource: v4.address, metric: 5, mtu: 1300, advertisedMSS: 1200),
        Route(to: .everything(.v6), via: IPAddress("fd00::1"), link: link, metric: 77),
      ]
      for route in routes { try socket.perform(.addRoute(route)) }
      let listed = try socket.routes()
      for route in routes { #expect(listed.contains(route)) }
      #expect(try socket.routes(table: Route.localTable).contains { $0.destination.address == v4.address })

      try socket.perform(.deleteRoute(routes[1]))
      #expect(try !socket.routes().contains(routes[1]))
      try socket.perform(.deleteAddress(v4, fromLink: link))
      #expect(try !socket.addresses(ofLink: link).map(\.prefix).contains(v4))
      #expect(try !socket.routes().contains(routes[0]))
    }
  }

  @Test func listsMoreLinksThanOneDatagramHolds() async throws {
    try await inPrivateNetworkNamespace {
      let socket = try RouteSocket()
      for number in 0..<100 { try socket.perform(.createVethPair(NewLink("a\(number)"), peer: NewLink("b\(number)"))) }
      let links = try socket.links()
      #expect(links.count == 201)
      #expect(Set(links.map(\.name)).count == 201)
    }
  }
}
