import CNI
import CNIPlugin
import Glibc
import JSON
import LinuxKernel
import Netlink
import Testing

@testable import NetworkPlugins

/// What bandwidth does to a pair, and makes beside it.
@Suite(.enabled(if: isRoot, "needs root")) struct ShapedLinkTests {
  @Test func limitsBothDirectionsAndDeletesTheIFB() async throws {
    try await onOwnThread {
      let trial = try ShapedPair()
      var test = try trial.test(ShapedPair.both)
      let result = try trial.add(test)
      let ifb = try #require(try trial.ifbs.first)
      #expect(result.interfaces.map(\.name) == ["cni0", "host-eth0", "eth0", ifb.name])
      #expect(result.interfaces.last?.mac == ifb.mac?.description && result.interfaces.last?.sandbox == nil)
      let owner = LinkOwner(network: "test", identity: .init(containerID: "test", interfaceName: "eth0"))
      #expect(ifb.name == owner.ifbNames[0] && ifb.alias == owner.description)
      #expect(ifb.isUp && ifb.mtu == 1400 && ifb.transmitQueueLength == 0)
      #expect(try trial.buckets(trial.veth.index).map(\.rate) == [1_000_000])
      #expect(try trial.buckets(trial.veth.index).map(\.limit) == [125_000])
      #expect(try trial.buckets(ifb.index).map(\.rate) == [500_000])
      #expect(try trial.host.socket.redirections(ofLink: trial.veth.index) == [ifb.index])
      test.previousResult = result
      try trial.check(test)
      try trial.del(test)
      #expect(try trial.ifbs.isEmpty)
      #expect(throws: PluginError.self) { try trial.check(test) }
      try trial.del(test)
    }
  }

  @Test(arguments: [(11_303, 1), (11_312, 0)])
  func aBurstOfLessThanAPacketIsRemarkedUpon(bits: Int, count: Int) async throws {
    try await onOwnThread {
      let trial = try ShapedPair()
      let test = try trial.test(#"{"ingressRate":8000000,"ingressBurst":\#(bits)}"#)
      let response = try trial.onHost { test.respond(.add) }
      #expect(response.stderr.split(separator: "\n").count == count, "\(response.stderr)")
      if count > 0 { #expect(response.stderr.contains("ingressBurst") && response.stderr.contains("1414")) }
    }
  }

  @Test func limitsOneDirectionAlone() async throws {
    try await onOwnThread {
      let trial = try ShapedPair()
      let inward = try trial.test(#"{"ingressRate":8000,"ingressBurst":800000}"#)
      #expect(try trial.add(inward) == inward.previousResult)
      #expect(try trial.ifbs.isEmpty && trial.buckets(trial.veth.index).count == 1)
      try trial.check(inward)
      try trial.del(inward)
      let other = try ShapedPair()
      let outward = try other.test(#"{"egressRate":8000,"egressBurst":800000}"#)
      _ = try other.add(outward)
      #expect(try other.ifbs.count == 1 && other.buckets(other.veth.index).isEmpty)
      try other.check(outward)
      try other.del(outward)
    }
  }

  @Test(arguments: ["0.3.0", "0.3.1", "0.4.0", "1.0.0"])
  func anOlderResultIsAddedToAsWell(version: String) async throws {
    try await onOwnThread {
      let trial = try ShapedPair()
      var test = try trial.test(ShapedPair.both)
      test.configuration["cniVersion"] = .string(version)
      test.previousResult = try test.previousResult.map {
        try CNIResult(cniVersion: version, interfaces: $0.interfaces)
      }
      let result = try trial.add(test)
      #expect(result.cniVersion == version && result.interfaces.count == 4)
      try trial.del(test)
    }
  }

  @Test func aBurstOfMoreThan274SecondsIsWhatWasAskedFor() async throws {
    try await onOwnThread {
      let trial = try ShapedPair()
      // 4 GB, by the byte, at 1000 a second.
      let test = try trial.test(#"{"ingressRate":8000,"ingressBurst":34359738352}"#)
      _ = try trial.add(test)
      try trial.check(test)
      #expect(try trial.buckets(trial.veth.index).first?.limit == .max)
    }
  }

  @Test func twoInterfacesOfOnePodOnOneNetworkAreLimitedEachByItself() async throws {
    try await onOwnThread {
      let trial = try ShapedPair()
      _ = try ShapedPair.pair(trial.host, trial.pod, "eth1")
      let (first, second) = (try trial.test(ShapedPair.both), try trial.test(ShapedPair.both, interface: "eth1"))
      let names = [try trial.add(first), try trial.add(second)].compactMap { $0.interfaces.last?.name }
      #expect(Set(names).count == 2)
      try trial.check(first)
      try trial.check(second)
      // Each deletes its own, in either order; once the first is gone its name is free.
      try trial.del(first)
      #expect(try trial.ifbs.map(\.name) == [names[1]])
      try trial.check(second)
      try trial.del(second)
      #expect(try trial.ifbs.isEmpty)
    }
  }

  @Test func anADDAgainIsRefusedAndTakesNothingOfTheFirstAway() async throws {
    try await onOwnThread {
      let trial = try ShapedPair()
      for configuration in [ShapedPair.both, #"{"egressRate":8000,"egressBurst":800000}"#] {
        let trial = try ShapedPair()
        let test = try trial.test(configuration)
        _ = try trial.add(test)
        let error = #expect(throws: PluginError.self) { try trial.add(test) }
        #expect(error?.message.contains("File exists") == true, "\(error.map { "\($0)" } ?? "")")
        try trial.check(test)
      }
      // Where only the second direction is in the way, the first is taken back.
      try trial.host.socket.perform(.addIngress(toLink: trial.veth.index))
      let test = try trial.test(ShapedPair.both)
      #expect(throws: PluginError.self) { try trial.add(test) }
      #expect(try trial.ifbs.isEmpty && trial.buckets(trial.veth.index).isEmpty)
      #expect(try trial.host.socket.queueingDisciplines(ofLink: trial.veth.index).contains(.ingress))
    }
  }

  @Test(arguments: ["nothing", "no interface", "no pair", "no namespace", "elsewhere", "another", "sandbox"])
  func refusesWhatIsNoPairOfTheHosts(what: String) async throws {
    try await onOwnThread {
      let trial = try ShapedPair()
      var test = try trial.test(ShapedPair.both)
      switch what {
      case "nothing": test.previousResult = try CNIResult(cniVersion: "1.1.0")
      case "no interface": test.interfaceName = "eth7"
      case "no pair":
        try trial.pod.socket.perform(.createBridge(NewLink("bridge7")))
        test.interfaceName = "bridge7"
      case "no namespace": test.networkNamespace = "/not/there"
      case "elsewhere":
        // Both ends in the pod; a link of the host has the number of one.
        try trial.pod.socket.perform(.createVethPair(NewLink("eth2"), peer: NewLink("eth3")))
        test.interfaceName = "eth2"
      case "another":
        test.previousResult = try CNIResult(
          cniVersion: "1.1.0", interfaces: [.init(name: "cni0"), .init(name: "eth0", sandbox: trial.pod.path)])
      default:
        test.previousResult = try CNIResult(
          cniVersion: "1.1.0", interfaces: [.init(name: "host-eth0", sandbox: trial.pod.path)])
      }
      let error = #expect(throws: PluginError.self) { try trial.add(test) }
      #expect(error?.code == (what == "no namespace" ? 5 : 7), "\(error.map { "\($0)" } ?? "")")
      try trial.isUntouched()
    }
  }

  @Test(arguments: [
    "tbf", "rate", "burst", "ifb", "ifb down", "ifb tbf", "ingress", "filter", "alias", "pair",
  ])
  func aCheckNoticesWhatHasChanged(what: String) async throws {
    try await onOwnThread {
      let trial = try ShapedPair()
      let test = try trial.test(ShapedPair.both)
      _ = try trial.add(test)
      try trial.check(test)
      let (socket, index, ifb) = (trial.host.socket, trial.veth.index, try #require(try trial.ifbs.first))
      let bucket = TokenBucket(rate: 1_000_000, burst: 100_000, limit: 125_000)
      switch what {
      case "tbf": try socket.perform(.deleteQueueingDiscipline(.tokenBucket(bucket), ofLink: index))
      case "rate":
        try socket.perform(.setTokenBucket(TokenBucket(rate: 1, burst: 100_000, limit: 125_000), ofLink: index))
      case "burst":
        try socket.perform(.setTokenBucket(TokenBucket(rate: 1_000_000, burst: 10_000, limit: 125_000), ofLink: index))
      case "ifb": try socket.perform(.deleteLink(ifb.index))
      case "ifb down": try socket.perform(.setDown(ifb.index))
      case "ifb tbf": try socket.perform(.deleteQueueingDiscipline(.tokenBucket(bucket), ofLink: ifb.index))
      case "ingress": try socket.perform(.deleteQueueingDiscipline(.ingress, ofLink: index))
      case "filter":
        try socket.perform(.deleteQueueingDiscipline(.ingress, ofLink: index))
        try socket.perform(.addIngress(toLink: index))
      case "alias": try socket.perform(.setAlias("somebody", ofLink: ifb.index))
      default: try socket.perform(.deleteLink(index))
      }
      #expect(throws: PluginError.self) { try trial.check(test) }
    }
  }
}
