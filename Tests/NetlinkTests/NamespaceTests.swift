import Netlink
import SystemPackage
import Testing

@Suite(.enabled(if: isRoot, "needs root")) struct NamespaceTests {
  @Test func staysInTheNamespaceItWasOpenedIn() async throws {
    try await inPrivateNetworkNamespace {
      let first = try RouteSocket()
      let held = try FileDescriptor.open("/proc/thread-self/ns/net", .readOnly, options: .closeOnExec)
      defer { try? held.close() }  // read only
      try enterFreshNetworkNamespace()
      let second = try RouteSocket()
      let firstPath = "/proc/self/fd/\(held.rawValue)"

      var peer = NewLink("eth0")
      peer.namespace = held.rawValue
      try second.perform(.createVethPair(NewLink("outside"), peer: peer))
      #expect(try second.links().map(\.name) == ["lo", "outside"])
      #expect(try first.links().map(\.name) == ["lo", "eth0"])
      let outside = try second.link(named: "outside")
      #expect(try outside.peerIndex == first.link(named: "eth0").index)
      #expect(outside.peerNamespaceID != nil)

      let through = try RouteSocket(inside: firstPath)
      #expect(try through.links().map(\.name) == first.links().map(\.name))
    }
  }

  @Test func tellsThatANamespaceIsMissing() async throws {
    let error = failure { _ = try RouteSocket(inside: "/run/netns/not-there") }
    #expect(error?.errno == .noSuchFileOrDirectory)
    #expect(error?.description.contains("/run/netns/not-there") == true)
  }
}
