import LinuxKernel
import Netlink
import SystemPackage
import Testing

@Suite(.enabled(if: isRoot, "needs root")) struct TrafficControlTests {
  @Test(arguments: [
    TokenBucket(rate: 125_000, burst: 20_000, limit: 23_125),
    TokenBucket(rate: 1000, burst: 200_000, limit: 200_025),
    TokenBucket(rate: 12_500_000_000, burst: 1_000_000_000, limit: 1_312_500_000),
  ])
  func aTokenBucket(bucket: TokenBucket) async throws {
    try await inPrivateNetworkNamespace {
      let socket = try RouteSocket()
      try socket.perform(.createVethPair(NewLink("left"), peer: NewLink("right")))
      let index = try socket.link(named: "left").index
      for _ in 1...2 { try socket.perform(.setTokenBucket(bucket, ofLink: index)) }
      guard case .tokenBucket(let found)? = try socket.queueingDisciplines(ofLink: index).first else {
        Issue.record("no bucket")
        return
      }
      #expect(found.rate == bucket.rate && found.limit == bucket.limit)
      // The kernel keeps it as a time.
      #expect(abs(Double(found.burst) / Double(bucket.burst) - 1) < 0.01)
      try socket.perform(.deleteQueueingDiscipline(.tokenBucket(bucket), ofLink: index))
      let left = try socket.queueingDisciplines(ofLink: index)
      #expect(left.allSatisfy { if case .tokenBucket = $0 { false } else { true } })
    }
  }

  @Test func aTokenBucketBesideAnotherIsRefused() async throws {
    try await inPrivateNetworkNamespace {
      let socket = try RouteSocket()
      try socket.perform(.createVethPair(NewLink("left"), peer: NewLink("right")))
      let index = try socket.link(named: "left").index
      let bucket = TokenBucket(rate: 1000, burst: 2000, limit: 3000)
      try socket.perform(.addTokenBucket(bucket, toLink: index))
      let other = TokenBucket(rate: 7, burst: 2000, limit: 3000)
      #expect(failure { try socket.perform(.addTokenBucket(other, toLink: index)) }?.code == .alreadyExists)
      #expect(try socket.queueingDisciplines(ofLink: index).first == .tokenBucket(bucket))
    }
  }

  @Test func whatIsReceivedIsRedirected() async throws {
    try await inPrivateNetworkNamespace {
      let socket = try RouteSocket()
      try socket.perform(.createVethPair(NewLink("left"), peer: NewLink("right")))
      let (index, other) = (try socket.link(named: "left").index, try socket.link(named: "right").index)
      #expect(try socket.redirections(ofLink: index).isEmpty)
      try socket.perform(.addIngress(toLink: index), .redirectIngress(ofLink: index, to: other))
      #expect(try socket.queueingDisciplines(ofLink: index).contains(.ingress))
      #expect(try socket.redirections(ofLink: index) == [other])
      #expect(failure { try socket.perform(.addIngress(toLink: index)) }?.code == .alreadyExists)
      try socket.perform(.deleteQueueingDiscipline(.ingress, ofLink: index))
      #expect(try !socket.queueingDisciplines(ofLink: index).contains(.ingress))
    }
  }

  @Test func anIFB() async throws {
    try await inPrivateNetworkNamespace {
      let socket = try RouteSocket()
      var link = NewLink("bwp0")
      (link.mtu, link.transmitQueueLength, link.isUp) = (1400, 0, true)
      try socket.perform(.createIFB(link))
      let made = try socket.link(named: "bwp0")
      #expect(made.kind == "ifb" && made.mtu == 1400 && made.transmitQueueLength == 0 && made.isUp)
    }
  }
}
