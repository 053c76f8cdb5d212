import CNI
import CNIPlugin
import JSON
import LinuxKernel
import Netlink
import SystemPackage
import Testing

@testable import NetworkPlugins

/// What bandwidth makes of its configuration, without a kernel.
@Suite struct BandwidthTests {
  private func settings(_ configuration: String) throws -> BandwidthSettings {
    let object = try #require(try JSON(parsing: Array(configuration.utf8)).object)
    return try BandwidthSettings(try PluginTest(Bandwidth(), object).call(.add))
  }

  @Test func countsBytesWhereAConfigurationCountsBits() throws {
    let settings = try settings(
      #"{"ingressRate":8000007,"ingressBurst":800007,"egressRate":100000000000000,"egressBurst":4294967295}"#)
    #expect(settings.ingress?.bucket == TokenBucket(rate: 1_000_000, burst: 100_000, limit: 125_000))
    // 25 ms of that rate are more than a queue can be told to hold.
    #expect(settings.egress?.bucket == TokenBucket(rate: 12_500_000_000_000, burst: 536_870_911, limit: .max))
    let most = try self.settings(#"{"ingressRate":18446744073709551615,"ingressBurst":34359738359}"#)
    #expect(most.ingress?.bucket == TokenBucket(rate: .max / 8, burst: .max - 1, limit: .max))
  }

  @Test(arguments: [
    #"{}"#, #"{"ingressRate":0,"ingressBurst":0,"egressRate":0,"egressBurst":0}"#, #"{"ingressRate":null}"#,
    #"{"runtimeConfig":{"bandwidth":{}}}"#, #"{"runtimeConfig":{"bandwidth":null}}"#,
    // Any key of the configuration's own shuts the capability out.
    #"{"ingressRate":0,"runtimeConfig":{"bandwidth":{"egressRate":8000,"egressBurst":8000}}}"#,
    #"{"EGRESSBURST":null,"runtimeConfig":{"bandwidth":{"egressRate":8000,"egressBurst":8000}}}"#,
  ])
  func limitsNothing(configuration: String) throws { #expect(try settings(configuration).isEmpty) }

  @Test func theCapabilityCountsWhereTheConfigurationSaysNothing() throws {
    let bandwidth = #""runtimeConfig":{"bandwidth":{"EgressRate":8000,"egressburst":16000}}"#
    let settings = try settings("{\(bandwidth)}")
    #expect(settings.ingress == nil && settings.egress?.rate == 1000 && settings.egress?.burst == 2000)
    let own = try self.settings(#"{"ingressRate":80000,"ingressBurst":80000,\#(bandwidth)}"#)
    #expect(own.ingress?.rate == 10_000 && own.egress == nil)
  }

  @Test(arguments: [
    (#"{"ingressRate":8000}"#, "ingressBurst"), (#"{"egressBurst":8000}"#, "egressRate"),
    (#"{"runtimeConfig":{"bandwidth":{"egressRate":8000}}}"#, "runtimeConfig.bandwidth.egressBurst"),
    (#"{"ingressRate":8000,"ingressBurst":34359738360}"#, "4 GB"),
    (#"{"ingressRate":7,"ingressBurst":8000}"#, "ingressRate"), (#"{"egressRate":8,"egressBurst":7}"#, "egressBurst"),
    (#"{"ingressRate":-1,"ingressBurst":8000}"#, "ingressRate"), (#"{"ingressRate":"1M"}"#, "ingressRate"),
    (#"{"ingressRate":1.5,"ingressBurst":8000}"#, "ingressRate"),
    (#"{"shapedSubnets":["10.0.0.0/8"]}"#, "shapedSubnets"), (#"{"unshapedSubnets":["x"]}"#, "unshapedSubnets"),
    (#"{"runtimeConfig":{"bandwidth":{"unshapedSubnets":["x"]}}}"#, "unshapedSubnets"),
  ])
  func refuses(configuration: String, word: String) throws {
    let error = #expect(throws: PluginError.self) { try settings(configuration) }
    #expect(error?.code == 7 && error?.message.contains(word) == true, "\(error.map { "\($0)" } ?? "")")
    // It is refused before there is anything to look at.
    var test = PluginTest(Bandwidth(), try #require(try JSON(parsing: Array(configuration.utf8)).object))
    test.networkNamespace = "/not/there"
    test.previousResult = try CNIResult(cniVersion: "1.1.0")
    #expect(#expect(throws: PluginError.self) { try test.add() } == error)
    #expect(#expect(throws: PluginError.self) { try test.check() } == error)
    #expect(throws: PluginError.self) { try test.status() }
  }

  @Test(arguments: ["{}", #"{"ingressRate":8000,"ingressBurst":8000}"#])
  func isNotTheFirstOfAList(configuration: String) throws {
    let test = PluginTest(Bandwidth(), try #require(try JSON(parsing: Array(configuration.utf8)).object))
    let error = #expect(throws: PluginError.self) { try test.add() }
    #expect(error?.code == 7 && error?.message.contains("before it") == true)
    #expect(throws: PluginError.self) { try test.check() }
  }

  @Test func withNothingToLimitAResultPassesThrough() throws {
    var test = PluginTest(Bandwidth())
    test.networkNamespace = "/not/there"
    test.previousResult = try CNIResult(cniVersion: "1.1.0", interfaces: [.init(name: "macvlan0", sandbox: "/x")])
    #expect(try test.add() == test.previousResult)
    try test.check()
  }

  @Test(arguments: [("0.2.0", 1), ("0.1.0", 1), ("0.3.0", nil), ("0.4.0", nil), ("1.1.0", nil)])
  func speaksOfInterfaces(version: String, code: Int?) throws {
    var test = PluginTest(Bandwidth(), ["cniVersion": .string(version)])
    test.previousResult = try CNIResult(
      cniVersion: version, ips: [.init(address: try #require(IPPrefix("10.0.0.1/24")))])
    let response = test.respond(.add)
    let document = try JSON(parsing: response.stdout).object
    #expect(document?["code"]?.integer == code)
  }

  @Test(arguments: [
    (#"{"ingressRate":1,"ingressBurst":1,"egressRate":0,"egressBurst":0,"capabilities":{"bandwidth":true}}"#, nil),
    (#"{"shapedSubnets":[],"unshapedSubnets":null}"#, nil), (#"{"INGRESSRATE":1}"#, nil),
    (#"{"shapedSubnets":["10.0.0.0/8"]}"#, "shapedSubnets"), (#"{"unshapedSubnets":[""]}"#, "unshapedSubnets"),
    (#"{"ingressRat":1}"#, "ingressRat"), (#"{"ingressRate":"1M"}"#, "ingressRate"), (#"{"latency":1}"#, "latency"),
  ])
  func leavesToTheExecutableWhatItDoesNotHonour(configuration: String, word: String?) throws {
    let reason = Bandwidth().reasonToExecute(try #require(try JSON(parsing: Array(configuration.utf8)).object))
    #expect((reason == nil) == (word == nil), "\(reason ?? "native")")
    if let word { #expect(reason?.contains(word) == true) }
  }

  @Test func anIFBIsNamedAsTheReferencePluginNamesIts() {
    let owner = LinkOwner(network: "net", identity: .init(containerID: "c", interfaceName: "eth0"))
    let other = LinkOwner(network: "net", identity: .init(containerID: "c", interfaceName: "eth1"))
    #expect(owner.ifbNames[0] == "bwpf4b316d7e3e8" && other.ifbNames[0] == owner.ifbNames[0])
    #expect(other.ifbNames[1] != owner.ifbNames[1] && owner.ifbNames[1].utf8.count == 15)
  }

  @Test func aKernelWithoutIFBsIsNamed() {
    let error = { (errno: Errno) in NetlinkError(errno: errno, operation: "create ifb", subject: "bwp0") }
    let missing = IFB.missing(error(.notSupportedOnSocket))
    #expect(missing?.code == 5 && missing?.message.contains("ifb") == true)
    #expect(missing?.details.contains("egressRate") == true)
    #expect(IFB.missing(error(.fileExists)) == nil && IFB.missing(error(.invalidArgument)) == nil)
  }

  @Test func aBucketIsComparedAsFarAsTheKernelTells() throws {
    let limit = try #require(try RateLimit(8_000_000, burst: 800_000, "ingress"))
    let bucket = { (rate: UInt64, burst: UInt32, limit: UInt32) in
      QueueingDiscipline.tokenBucket(TokenBucket(rate: rate, burst: burst, limit: limit))
    }
    #expect(limit.difference(from: [.ingress, bucket(1_000_000, 99_999, 125_000)]) == nil)
    #expect(limit.difference(from: [.ingress, .other("noqueue")]) == "is not limited any more")
    #expect(limit.difference(from: [])?.contains("any more") == true)
    #expect(limit.difference(from: [bucket(1_000_001, 100_000, 125_000)])?.contains("1000001") == true)
    #expect(limit.difference(from: [bucket(1_000_000, 200_000, 125_000)])?.contains("200000") == true)
    #expect(limit.difference(from: [bucket(1_000_000, 100_000, 1)])?.contains("wait") == true)
    // Of 1000 s the kernel tells the remainder of what it can count.
    let long = try #require(try RateLimit(8000, burst: 8_000_000, "ingress"))
    #expect(long.difference(from: [bucket(1000, 5, 1_000_025)]) == nil)
  }
}
