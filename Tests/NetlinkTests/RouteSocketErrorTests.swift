import LinuxKernel
import Netlink
import SystemPackage
import Testing

@Suite(.enabled(if: isRoot, "needs root")) struct RouteSocketErrorTests {
  @Test func tellsThatALinkIsMissing() async throws {
    try await inPrivateNetworkNamespace {
      let socket = try RouteSocket()
      let prefix = try #require(IPPrefix("10.0.0.1/24"))
      let calls: [() throws -> Void] = [
        { _ = try socket.link(named: "nothere") },
        { _ = try socket.link(index: 4711) },
        { _ = try socket.addresses(ofLink: 4711) },
        { try socket.perform(.setUp(4711)) },
        { try socket.perform(.setMTU(1400, ofLink: 4711)) },
        { try socket.perform(.setMaster(nil, ofLink: 4711)) },
        { try socket.perform(.deleteLink(4711)) },
        { try socket.perform(.deleteLink(named: "nothere")) },
        { try socket.perform(.addAddress(prefix, toLink: 4711)) },
      ]
      for (position, call) in calls.enumerated() {
        let error = failure(call)
        #expect(error?.code == .linkNotFound, "call \(position)")
        #expect(error?.errno.rawValue == 19, "call \(position)")
      }
      #expect(failure { _ = try socket.link(named: "nothere") }?.description.contains("nothere") == true)
    }
  }

  @Test func tellsThatSomethingExists() async throws {
    try await inPrivateNetworkNamespace {
      let socket = try RouteSocket()
      let prefix = try #require(IPPrefix("10.0.0.1/24"))
      try socket.perform(.createBridge(NewLink("b0")))
      try socket.perform(.addAddress(prefix, toLink: 1))
      try socket.perform(.setUp(1))
      let route = try Route(to: #require(IPPrefix("10.5.0.0/16")), link: 1)
      try socket.perform(.addRoute(route))
      let calls: [() throws -> Void] = [
        { try socket.perform(.createBridge(NewLink("b0"))) },
        { try socket.perform(.createVethPair(NewLink("v0"), peer: NewLink("b0"))) },
        { try socket.perform(.addAddress(prefix, toLink: 1)) },
        { try socket.perform(.addRoute(route)) },
      ]
      for (position, call) in calls.enumerated() {
        #expect(failure(call)?.code == .alreadyExists, "call \(position)")
      }
      #expect(try socket.links().map(\.name) == ["lo", "b0"])
    }
  }

  @Test func tellsThatSomethingIsNotThere() async throws {
    try await inPrivateNetworkNamespace {
      let socket = try RouteSocket()
      try socket.perform(.setUp(1))
      let route = try Route(to: #require(IPPrefix("10.5.0.0/16")), link: 1)
      let prefix = try #require(IPPrefix("10.0.0.1/24"))
      #expect(failure { try socket.perform(.deleteRoute(route)) }?.code == .notFound)
      #expect(failure { try socket.perform(.deleteAddress(prefix, fromLink: 1)) }?.code == .notFound)
    }
  }

  @Test func passesOnTheKernelsWords() async throws {
    try await inPrivateNetworkNamespace {
      let socket = try RouteSocket()
      let route = Route(to: .everything(.v4), via: IPAddress("192.0.2.1"), link: 1)
      try socket.perform(.setUp(1))
      let error = failure { try socket.perform(.addRoute(route)) }
      #expect(error?.errno == .networkUnreachable)
      #expect(error?.detail?.contains("gateway") == true)
    }
  }

  @Test func tellsThatPrivilegeIsMissing() async throws {
    try await inPrivateNetworkNamespace {
      let socket = try RouteSocket()
      try dropCapabilities()
      let error = failure { try socket.perform(.setUp(1)) }
      #expect(error?.code == .permissionDenied)
      #expect(error?.description.contains("CAP_NET_ADMIN") == true)
      #expect(try socket.links().count == 1)
    }
  }

  @Test(arguments: ["", "sixteen-letters-", "a/b", "a b", "..", ".", "a:b", "a\u{0}b", "a\nb"])
  func refusesNamesBeforeAskingTheKernel(name: String) async throws {
    try await inPrivateNetworkNamespace {
      let socket = try RouteSocket()
      let calls: [() throws -> Void] = [
        { _ = try socket.link(named: name) },
        { try socket.perform(.createBridge(NewLink(name))) },
        { try socket.perform(.createVethPair(NewLink("ok"), peer: NewLink(name))) },
        { try socket.perform(.deleteLink(named: name)) },
      ]
      for call in calls { #expect(failure(call)?.code == .invalidArgument) }
    }
  }
}
