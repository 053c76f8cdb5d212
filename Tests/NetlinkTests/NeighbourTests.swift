import LinuxKernel
import Netlink
import Testing

@Suite(.enabled(if: isRoot, "needs root")) struct NeighbourTests {
  @Test(arguments: ["10.1.0.9", "fe80::9"]) func isSetReplacedAndForgotten(text: String) async throws {
    let address = try #require(IPAddress(text))
    try await inPrivateNetworkNamespace {
      let socket = try RouteSocket()
      try socket.perform(.createVethPair(NewLink("left"), peer: NewLink("right")))
      let index = try socket.link(named: "left").index
      try socket.perform(.setUp(index), .setUp(socket.link(named: "right").index))
      for mac in ["0a:00:00:00:00:01", "0a:00:00:00:00:02"] {
        let neighbour = Neighbour(address, mac: MACAddress(mac), link: index)
        try socket.perform(.setNeighbour(neighbour))
        #expect(try socket.neighbours(ofLink: index).filter { $0.address == address } == [neighbour])
      }
      let other = try socket.link(named: "right").index
      #expect(try socket.neighbours(ofLink: other).allSatisfy { $0.address != address })
      try socket.perform(.deleteNeighbour(address, ofLink: index))
      #expect(try socket.neighbours(ofLink: index).allSatisfy { $0.address != address })
      #expect(failure { try socket.perform(.deleteNeighbour(address, ofLink: index)) }?.code == .notFound)
      #expect(
        failure { try socket.perform(.setNeighbour(Neighbour(address, mac: nil, link: 4711))) }?.code == .linkNotFound)
    }
  }
}
