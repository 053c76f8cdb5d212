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
  /// A host and a pod, in namespaces of their own, with a pair.
  private struct Trial {
    let pod: PodNamespace
    let host: PodNamespace
    let veth: Link

    init() throws {
      (pod, host) = (try PodNamespace(), try PodNamespace())
      veth = try Self.pair(host, pod, "eth0")
    }

    static func pair(_ host: PodNamespace, _ pod: PodNamespace, _ name: String) throws -> Link {
      var (link, peer) = (NewLink("host-\(name)"), NewLink(name))
      (link.isUp, link.mtu) = (true, 1400)
      (peer.namespace, peer.mtu) = (pod.raw, 1400)
      try host.socket.perform(.createVethPair(link, peer: peer))
      return try host.socket.link(named: link.name)
    }

    func test(_ configuration: String, interface: String = "eth0") throws -> PluginTest<Bandwidth> {
      var test = PluginTest(Bandwidth(), try #require(try JSON(parsing: Array(configuration.utf8)).object))
      test.networkNamespace = pod.path
      test.interfaceName = interface
      test.previousResult = try CNIResult(
        cniVersion: "1.1.0",
        interfaces: [
          .init(name: "cni0"), .init(name: "host-\(interface)", mac: veth.mac?.description),
          .init(name: interface, sandbox: pod.path),
        ])
      return test
    }

    /// A visitor of the pod's namespace comes home to that of the process: each call begins on the host again.
    func onHost<T>(_ body: () throws -> T) throws -> T { try NetworkNamespace.visit(host.path, body) }

    func add(_ test: PluginTest<Bandwidth>) throws -> CNIResult { try onHost { try test.add() } }
    func del(_ test: PluginTest<Bandwidth>) throws { try onHost { try test.del() } }
    func check(_ test: PluginTest<Bandwidth>) throws { try onHost { try test.check() } }

    var ifbs: [Link] { get throws { try host.socket.links().filter { $0.kind == "ifb" && $0.name.hasPrefix("bwp") } } }

    func buckets(_ index: Int32) throws -> [TokenBucket] {
      try host.socket.queueingDisciplines(ofLink: index).compactMap {
        if case .tokenBucket(let bucket) = $0 { bucket } else { nil }
      }
    }

    /// Nothing of what was tried is left.
    func isUntouched() throws {
      #expect(try ifbs.isEmpty)
      let disciplines = try host.socket.queueingDisciplines(ofLink: veth.index)
      #expect(disciplines.allSatisfy { if case .other = $0 { true } else { false } }, "\(disciplines)")
    }
  }

  private static let both =
    #"{"ingressRate":8000000,"ingressBurst":800000,"egressRate":4000000,"egressBurst":400000}"#

  @Test func limitsBothDirectionsAndDeletesTheIFB() async throws {
    try await onOwnThread {
      let trial = try Trial()
      var test = try trial.test(Self.both)
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

  @Test func limitsOneDirectionAlone() async throws {
    try await onOwnThread {
      let trial = try Trial()
      let inward = try trial.test(#"{"ingressRate":8000,"ingressBurst":800000}"#)
      #expect(try trial.add(inward) == inward.previousResult)
      #expect(try trial.ifbs.isEmpty && trial.buckets(trial.veth.index).count == 1)
      try trial.check(inward)
      try trial.del(inward)
      let other = try Trial()
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
      let trial = try Trial()
      var test = try trial.test(Self.both)
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
      let trial = try Trial()
      // 4 GB, by the byte, at 1000 a second.
      let test = try trial.test(#"{"ingressRate":8000,"ingressBurst":34359738352}"#)
      _ = try trial.add(test)
      try trial.check(test)
      #expect(try trial.buckets(trial.veth.index).first?.limit == .max)
    }
  }

  @Test func twoInterfacesOfOnePodOnOneNetworkAreLimitedEachByItself() async throws {
    try await onOwnThread {
      let trial = try Trial()
      _ = try Trial.pair(trial.host, trial.pod, "eth1")
      let (first, second) = (try trial.test(Self.both), try trial.test(Self.both, interface: "eth1"))
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
      let trial = try Trial()
      for configuration in [Self.both, #"{"egressRate":8000,"egressBurst":800000}"#] {
        let trial = try Trial()
        let test = try trial.test(configuration)
        _ = try trial.add(test)
        let error = #expect(throws: PluginError.self) { try trial.add(test) }
        #expect(error?.message.contains("File exists") == true, "\(error.map { "\($0)" } ?? "")")
        try trial.check(test)
      }
      // Where only the second direction is in the way, the first is taken back.
      try trial.host.socket.perform(.addIngress(toLink: trial.veth.index))
      let test = try trial.test(Self.both)
      #expect(throws: PluginError.self) { try trial.add(test) }
      #expect(try trial.ifbs.isEmpty && trial.buckets(trial.veth.index).isEmpty)
      #expect(try trial.host.socket.queueingDisciplines(ofLink: trial.veth.index).contains(.ingress))
    }
  }

  @Test(arguments: ["nothing", "no interface", "no pair", "no namespace", "elsewhere", "another", "sandbox"])
  func refusesWhatIsNoPairOfTheHosts(what: String) async throws {
    try await onOwnThread {
      let trial = try Trial()
      var test = try trial.test(Self.both)
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
      let trial = try Trial()
      let test = try trial.test(Self.both)
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

  @Test func aDELTakesWhatTheReferencePluginMadeAndNothingOfOthers() async throws {
    try await onOwnThread {
      let trial = try Trial()
      let test = try trial.test(Self.both)
      let owner = LinkOwner(network: "test", identity: .init(containerID: "test", interfaceName: "eth0"))
      let names = owner.ifbNames
      try trial.host.socket.perform(.createIFB(NewLink(names[0])), .createIFB(NewLink(names[1])))
      // Whose the second name is, is not said by the name: the reference plugin has none of it.
      try trial.del(test)
      #expect(try trial.ifbs.map(\.name) == [names[1]])
      try trial.host.socket.perform(.createBridge(NewLink(names[0])))
      try trial.del(test)
      #expect(try trial.host.socket.link(named: names[0]).kind == "bridge")
    }
  }

  @Test func aCallerThatReapsIsNotKeptWaiting() async throws {
    try await onOwnThread {
      let trial = try Trial()
      var test = try trial.test(Self.both)
      _ = try trial.add(test)
      test.caller.reapsLinks = true
      try trial.del(test)
      #expect(try trial.ifbs.count == 1)
      let identity = AttachmentIdentity(containerID: "test", interfaceName: "eth0")
      let links = try trial.onHost { try OwnedLink.all(of: identity, network: "test") }
      #expect(try links.map(\.goesWithNamespace) == [false] && links == trial.onHost { try OwnedLink.all() })
      for link in links + links { try trial.onHost { try link.delete() } }
      #expect(try trial.ifbs.isEmpty)
    }
  }

  @Test(arguments: ["", "/not/there"])
  func aDELNeedsNoNamespaceAndNoResult(path: String) async throws {
    try await onOwnThread {
      let trial = try Trial()
      var test = try trial.test(Self.both)
      _ = try trial.add(test)
      test.networkNamespace = path
      test.previousResult = nil
      try trial.del(test)
      #expect(try trial.ifbs.isEmpty)
    }
  }

  @Test func gcDeletesOnlyWhatBelongsToNobody() async throws {
    try await onOwnThread {
      let trial = try Trial()
      var test = try trial.test(#"{"egressRate":8000,"egressBurst":800000}"#)
      for (number, id) in ["kept", "lost", "theirs", "elsewhere"].enumerated() {
        let name = "eth\(number + 4)"
        _ = try Trial.pair(trial.host, trial.pod, name)
        var one = try trial.test(#"{"egressRate":8000,"egressBurst":800000}"#, interface: name)
        if id == "elsewhere" { one.configuration["name"] = "other" }
        one.containerID = id
        _ = try trial.add(one)
      }
      test.caller.owns = { $0 != "theirs" }
      let owners = { try trial.ifbs.compactMap { $0.alias?.split(separator: "/")[1] }.sorted() }
      try trial.onHost { try test.gc(keeping: [.init(containerID: "kept", interfaceName: "eth4")]) }
      #expect(try owners() == ["elsewhere", "kept", "theirs"])
      test.caller.owns = nil
      try trial.onHost { try test.gc(keeping: []) }
      #expect(try owners() == ["elsewhere"])
    }
  }

  @Test func theKernelHasWhatIsNeeded() async throws {
    try await onOwnThread {
      let trial = try Trial()
      let test = try trial.test(Self.both)
      try trial.onHost { try test.status() }
      // Nothing stays of the question.
      #expect(try trial.host.socket.links().filter { $0.kind == "ifb" }.isEmpty)
    }
  }
}
