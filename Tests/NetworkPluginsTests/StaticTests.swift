import CNI
import CNIPlugin
import JSON
import LinuxKernel
import Testing

@testable import NetworkPlugins

/// What static makes of its configuration.
@Suite struct StaticTests {
  private let own = #"{"addresses":[{"address":"10.1.0.5/16","gateway":"10.1.0.1"},{"address":"fd00::5/64"}]}"#

  private func test(
    _ ipam: String, _ more: String = "", _ arguments: [(String, String)] = []
  ) throws -> PluginTest<Static> {
    var test = PluginTest(
      Static(), try #require(try JSON(parsing: Array(#"{"ipam":\#(ipam)\#(more)}"#.utf8)).object))
    test.arguments = arguments.map { .init($0.0, $0.1) }
    return test
  }

  private func ips(
    _ ipam: String, _ more: String = "", _ arguments: [(String, String)] = []
  ) throws -> [String] {
    try test(ipam, more, arguments).add().ips.map { "\($0.address) \($0.gateway ?? "-")" }
  }

  @Test func givesWhatIsConfigured() throws {
    let given = try test(
      #"{"addresses":[{"address":"10.1.0.5/16"}],"routes":[{"dst":"0.0.0.0/0","gw":"10.1.0.1","priority":7}],"#
        + #""dns":{"nameservers":["10.0.0.53"],"domain":"a.b"}}"#
    ).add()
    #expect(given.routes.map(\.gateway) == ["10.1.0.1"] && given.routes.map(\.priority) == [7])
    #expect(given.dns.nameservers == ["10.0.0.53"] && given.dns.domain == "a.b" && given.interfaces.isEmpty)
    #expect(try ips(own) == ["10.1.0.5/16 10.1.0.1", "fd00::5/64 -"])
    #expect(try ips("{}").isEmpty, "a caller may do without")
    #expect(try ips(#"{"addresses":[{"address":"10.1.0.5/16","gateway":""}]}"#) == ["10.1.0.5/16 -"])
  }

  @Test func argumentsAreAddedWithGatewaysOfTheirOwn() throws {
    let arguments = [("IP", "10.2.0.5/16, 10.1.0.6/16"), ("GATEWAY", "10.2.0.1,10.1.0.9")]
    #expect(
      try ips(own, "", arguments) == [
        "10.1.0.5/16 10.1.0.1", "fd00::5/64 -", "10.2.0.5/16 10.2.0.1", "10.1.0.6/16 10.1.0.9",
      ])
    #expect(try ips("{}", "", [("IP", ""), ("GATEWAY", "")]).isEmpty)
  }

  @Test func argsAndTheCapabilityReplaceAll() throws {
    let args = #","args":{"cni":{"ips":["10.3.0.5/16"]}}"#
    #expect(try ips(own, args, [("IP", "10.2.0.5/16")]) == ["10.3.0.5/16 -"])
    #expect(try ips(own, args + #","runtimeConfig":{"ips":["10.4.0.5/16"]}"#) == ["10.4.0.5/16 -"])
    #expect(try ips(own, #","runtimeConfig":{"ips":[]}"#).count == 2)
  }

  @Test(arguments: [
    (#"{"addresses":[{"address":"10.1.0.5"}]}"#, "", "ipam.addresses[0].address"),
    (#"{"addresses":[{"address":"x/16"}]}"#, "", "ipam.addresses[0].address"),
    (#"{"addresses":[{"gateway":"10.1.0.1"}]}"#, "", "address"),
    (#"{"addresses":[{"address":"10.1.0.5/16","gateway":"x"}]}"#, "", "ipam.addresses[0].gateway"),
    (#"{"addresses":{}}"#, "", "addresses"), ("null", "", "ipam"),
    (#"{"routes":[{"dst":"x"}]}"#, "", "ipam.routes[0].dst"),
    (#"{"routes":[{"dst":"0.0.0.0/0"},{"dst":"::/0","gw":"x"}]}"#, "", "ipam.routes[1].gw"),
    ("{}", #","args":{"cni":{"ips":["10.1.0.5"]}}"#, "args.cni.ips"),
    ("{}", #","runtimeConfig":{"ips":["x"]}"#, "runtimeConfig.ips"),
    (#"{"addresses":[{"address":"x"}]}"#, #","runtimeConfig":{"ips":["10.1.0.5/16"]}"#, "ipam.addresses[0]"),
    (
      #"{"addresses":[{"address":"10.1.0.5/16"},{"address":"10.1.0.6/16"}]}"#, #","cniVersion":"0.2.0""#,
      "more than 1 address"
    ),
  ])
  func refuses(ipam: String, more: String, word: String) throws {
    let test = try test(ipam, more)
    let error = #expect(throws: PluginError.self) { try test.add() }
    #expect(error?.code == 7 && error?.message.contains(word) == true, "\(error.map { "\($0)" } ?? "")")
    #expect(throws: PluginError.self) { try test.status() }
    // What gives nothing back has nothing to refuse for it, as long as the configuration can be read.
    if error?.message.hasPrefix("cannot use") == false { try test.del() }
  }

  @Test(arguments: [
    ("IP", "10.1.0.5"), ("IP", "10.1.0.5/16,"), ("GATEWAY", "10.1.0.1/16"), ("MAC", "0a:00:00:00:00:01"),
  ])
  func refusesArguments(key: String, value: String) throws {
    let error = #expect(throws: PluginError.self) { try ips(own, "", [(key, value)]) }
    #expect(error?.code == 4 && error?.message.contains(key) == true)
  }

  @Test func aCheckComparesWithThePreviousResult() throws {
    var test = try test(own)
    let error = #expect(throws: PluginError.self) { try test.check() }
    #expect(error?.code == 7)
    let made = try test.add()
    test.previousResult = made
    try test.check()
    for ips: [CNIResult.IPConfiguration] in [
      Array(made.ips.dropFirst()), Array(made.ips.dropLast()),
      [.init(address: made.ips[0].address, gateway: "10.1.0.2"), made.ips[1]],
    ] {
      test.previousResult = try CNIResult(cniVersion: "1.1.0", ips: ips)
      #expect(throws: PluginError.self) { try test.check() }
    }
  }

  @Test(arguments: [
    (#"{"ipam":{"type":"static","addresses":[],"routes":[],"dns":{}},"bridge":"b"}"#, nil),
    (#"{"ipam":{"adresses":[]}}"#, "adresses"), (#"{"ipam":{"addresses":[{"adress":"x","address":"y"}]}}"#, "adress"),
    (#"{"ipam":{"addresses":"x"}}"#, "addresses"),
  ])
  func leavesToTheExecutableWhatItDoesNotHonour(configuration: String, word: String?) throws {
    let reason = Static().reasonToExecute(try #require(try JSON(parsing: Array(configuration.utf8)).object))
    #expect((reason == nil) == (word == nil), "\(reason ?? "native")")
    if let word { #expect(reason?.contains(word) == true) }
  }
}
