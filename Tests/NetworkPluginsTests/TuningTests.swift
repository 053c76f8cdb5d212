import CNI
import CNIPlugin
import JSON
import LinuxKernel
import Testing

@testable import NetworkPlugins

/// What tuning makes of its configuration, without a kernel.
@Suite struct TuningTests {
  private func settings(
    _ configuration: String, _ arguments: [CNI.Attachment.Argument] = [], interface: String = "eth0"
  ) throws -> TuningSettings {
    var test = PluginTest(Tuning(), try #require(try JSON(parsing: Array(configuration.utf8)).object))
    test.arguments = arguments
    test.interfaceName = interface
    return try TuningSettings(try test.call(.add))
  }

  private func paths(_ configuration: String, interface: String = "eth0") throws -> [String] {
    try settings(configuration, interface: interface).parameters.map { "\($0.path)=\($0.value)" }
  }

  @Test func asksForNothingByDefault() throws {
    for text in ["{}", #"{"mtu":0,"promisc":false,"mac":"","sysctl":{}}"#, #"{"args":{"cni":{}}}"#] {
      let settings = try settings(text)
      #expect(settings.attributes.isEmpty && settings.parameters.isEmpty)
    }
    #expect(try settings(#"{"allmulti":false}"#).attributes.takesAllMulticast == false)
    #expect(try settings(#"{"txQLen":0}"#).attributes.transmitQueueLength == 0)
  }

  @Test func argsOutweighTheCapabilityAndThatTheArguments() throws {
    let argument = [CNI.Attachment.Argument("MAC", "0a:00:00:00:00:02")]
    let runtime = #","runtimeConfig":{"mac":"0a:00:00:00:00:03"}"#
    let own = #""mac":"0A:00:00:00:00:01""#
    #expect(try settings("{\(own)}").attributes.mac?.description == "0a:00:00:00:00:01")
    #expect(try settings("{\(own)}", argument).attributes.mac?.description == "0a:00:00:00:00:02")
    #expect(try settings("{\(own)\(runtime)}", argument).attributes.mac?.description == "0a:00:00:00:00:03")
    let args = { (mac: String) in #"{\#(own)\#(runtime),"args":{"cni":{"mac":"\#(mac)"}}}"# }
    #expect(try settings(args("0a-00-00-00-00-04"), argument).attributes.mac?.description == "0a:00:00:00:00:04")
    #expect(try settings(args(""), argument).attributes.mac == nil)
    let all = try settings(
      #"{"promisc":true,"mtu":1400,"allmulti":true,"txQLen":7,"#
        + #""args":{"cni":{"promisc":false,"mtu":1300,"allmulti":false,"txQLen":8}}}"#
    ).attributes
    #expect(all.isPromiscuous == nil && all.mtu == 1300 && all.takesAllMulticast == false)
    #expect(all.transmitQueueLength == 8)
  }

  @Test func parametersKeepTheirOrderAndAreNamedInTwoWays() throws {
    #expect(
      try paths(#"{"sysctl":{"net.ipv4.b":"2","net/ipv4/a":"1","net.ipv4.conf.IFNAME.c":"3\n"}}"#) == [
        "net/ipv4/b=2", "net/ipv4/a=1", "net/ipv4/conf/eth0/c=3",
      ])
    #expect(try paths(#"{"sysctl":{"net/../kernel/a":"1"}}"#) == ["net/kernel/a=1"])
    // Only the interface's own dots stay; and only its first place is its.
    #expect(
      try paths(#"{"sysctl":{"net.ipv4.conf.IFNAME.c":"3","net..a.IFNAME.IFNAME":""}}"#, interface: "eth0.5") == [
        "net/ipv4/conf/eth0.5/c=3", "net/a/eth0.5/IFNAME=",
      ])
  }

  @Test func argsReplaceAndCompleteParametersAlsoWithoutAny() throws {
    let args = #""args":{"cni":{"sysctl":{"net/ipv4/a":"9","net.ipv4.c":"3"}}}"#
    #expect(
      try paths(#"{"sysctl":{"net.ipv4.a":"1","net.ipv4.b":"2"},\#(args)}"#) == [
        "net/ipv4/a=9", "net/ipv4/b=2", "net/ipv4/c=3",
      ])
    // One parameter in two spellings, of which the last may not win by chance.
    let twice = { (value: Int) in #"{"sysctl":{"net.ipv4.conf.IFNAME.a":"1","net.ipv4.conf.eth0.a":"\#(value)"}}"# }
    #expect(try paths(twice(1)) == ["net/ipv4/conf/eth0/a=1"])
    #expect(throws: PluginError.self) { try paths(twice(2)) }
    // The reference plugin crashes.
    #expect(try paths("{\(args)}") == ["net/ipv4/a=9", "net/ipv4/c=3"])
  }

  @Test(arguments: [
    (#"{"mac":"x"}"#, "mac"), (#"{"runtimeConfig":{"mac":"x"}}"#, "runtimeConfig.mac"),
    (#"{"args":{"cni":{"mac":"x"}}}"#, "args.cni.mac"), (#"{"mac":"01:00:00:00:00:01"}"#, "one station"),
    (#"{"mac":"00:00:00:00:00:00"}"#, "one station"), (#"{"mtu":-1}"#, "mtu"), (#"{"mtu":3000000000}"#, "mtu"),
    (#"{"mtu":"1400"}"#, "mtu"), (#"{"txQLen":-1}"#, "txQLen"), (#"{"txQLen":4294967296}"#, "txQLen"),
    (#"{"sysctl":{"kernel.shmmax":"1"}}"#, "kernel.shmmax"), (#"{"sysctl":{"net":"1"}}"#, "net"),
    (#"{"sysctl":{"net.ipv4.a b":"1"}}"#, "a b"),
    (#"{"sysctl":{"net.ipv4.a":1}}"#, "sysctl"), (#"{"sysctl":{"net.ipv4.a":"1\n2"}}"#, "one line"),
    (#"{"sysctl":{"net.ipv4.conf.a":"1","net/ipv4/conf/a":"2"}}"#, "two values"),
    (#"{"args":{"cni":{"sysctl":{"net.ipv4.a":"1","net/ipv4/a":"2"}}}}"#, "two values"),
  ])
  func refuses(configuration: String, word: String) throws {
    let error = #expect(throws: PluginError.self) { try settings(configuration) }
    #expect(error?.code == 7 && error?.message.contains(word) == true, "\(error.map { "\($0)" } ?? "")")
    // It is refused before there is anything to look at, and what ADD refused DEL has nothing of.
    var test = PluginTest(Tuning(), try #require(try JSON(parsing: Array(configuration.utf8)).object))
    test.networkNamespace = "/not/there"
    let refusal = #expect(throws: PluginError.self) { try test.add() }
    #expect(refusal == error)
    #expect(throws: PluginError.self) { try test.status() }
  }

  @Test(arguments: ["0.1.0", "0.2.0", "0.3.0", "1.1.0"])
  func resultsThatKnowNoInterfacesGetNone(version: String) throws {
    let address = try #require(IPPrefix("10.0.0.2/24"))
    let before = try CNIResult(cniVersion: version, ips: [.init(address: address)])
    let mac = try #require(MACAddress("0a:00:00:00:00:01"))
    for after in [try before.replacingMAC(ofPod: "eth0", with: mac), try before.adding(.init(name: "ifb"))] {
      #expect((after.raw["interfaces"] == nil) == ["0.1.0", "0.2.0"].contains(version))
      #expect(after.ips == before.ips)
    }
  }

  @Test(arguments: [("MAC", "x", 4), ("MAC", "01:00:00:00:00:01", 4), ("IP", "10.0.0.1", 4)])
  func refusesArguments(key: String, value: String, code: Int) {
    let error = #expect(throws: PluginError.self) { try settings("{}", [.init(key, value)]) }
    #expect(error?.code == code)
  }

  @Test func isNotTheFirstOfAList() {
    let error = #expect(throws: PluginError.self) { try PluginTest(Tuning()).add() }
    #expect(error?.code == 7)
    #expect(throws: PluginError.self) { try PluginTest(Tuning()).check() }
  }

  @Test(arguments: [
    (
      #"{"sysctl":{"net.a":"1"},"mac":"","promisc":true,"mtu":1,"allmulti":true,"txQLen":1,"dataDir":"/x","#
        + #""args":{"cni":{"sysctl":{},"mac":"","promisc":true,"mtu":1,"allmulti":true,"txQLen":1}}}"#, nil
    ), (#"{"capabilities":{"mac":true},"runtimeConfig":{"mac":"x"}}"#, nil), (#"{"sysctls":{}}"#, "sysctls"),
    (#"{"args":{"cni":{"mtuu":1}}}"#, "mtuu"), (#"{"mtu":"1"}"#, "mtu"), (#"{"sysctl":{"net.a":1}}"#, "sysctl"),
  ])
  func leavesToTheExecutableWhatItDoesNotHonour(configuration: String, word: String?) throws {
    let reason = Tuning(allowList: AllowList(path: "/not/there")).reasonToExecute(
      try #require(try JSON(parsing: Array(configuration.utf8)).object))
    #expect((reason == nil) == (word == nil), "\(reason ?? "native")")
    if let word { #expect(reason?.contains(word) == true) }
  }

  @Test func timeGrowsWithTheNumberOfParametersNotItsSquare() throws {
    let keys = (0..<20_000).map { "net.ipv4.conf.IFNAME.parameter\($0)" }
    let sysctls = JSON.object(JSONObject(keys.map { ($0, .string("1")) }))
    let test = PluginTest(
      Tuning(allowList: AllowList(path: "/not/there")), ["sysctl": sysctls, "args": ["cni": ["sysctl": sysctls]]])
    let start = SuspendingClock.now
    #expect(try TuningSettings(try test.call(.del)).parameters.count == keys.count)
    // A second's work, where the square of it takes minutes.
    #expect(start.duration(to: .now) < .seconds(20))
  }

  @Test(arguments: [
    ("4096\t131072\t6291456", "4096 131072  6291456", true), ("1 ", "1", true), ("0x10", "16", true),
    ("010", "8", true), ("-0x1", "-1", true), ("1", "01", true), ("1", "2", false), ("1", "1 1", false),
    ("cubic", "reno", false), ("", "1", false), ("08", "8", false), ("0", "0", true), ("0", "0x0", true),
    ("--9223372036854775808", "1", false), ("-0x-8000000000000000", "1", false), ("99999999999999999999", "1", false),
  ])
  func aValueIsWhatTheKernelTakesItFor(wanted: String, present: String, same: Bool) throws {
    #expect(try SysctlParameter("net.a", wanted, interface: "eth0").isSame(as: present) == same)
  }
}

/// The administrator's list.
@Suite struct AllowListTests {
  private let pool: Pool
  init() throws { pool = try Pool() }

  private func list(_ text: String) throws -> AllowList {
    let path = pool.path + "/allowlist.conf"
    try DurableFile.replace(path, with: Array(text.utf8), durable: false)
    return AllowList(path: path)
  }

  private func check(_ list: AllowList, _ key: String) throws {
    try list.check([try SysctlParameter(key, "1", interface: "eth0")])
  }

  @Test func withoutAFileAllAreAllowedAndWithAnEmptyOneNone() throws {
    try check(AllowList(path: "/not/there"), "net.ipv4.a")
    for text in ["", "\n \n"] {
      let list = try list(text)
      #expect(list.reasonWhyNot == nil)
      let error = #expect(throws: PluginError.self) { try check(list, "net.ipv4.a") }
      #expect(error?.code == 7 && error?.message.contains("net.ipv4.a") == true)
      try list.check([])
    }
  }

  @Test func aLineMatchesAnywhereAndTheKeyIsAsWritten() throws {
    let list = try list("  ^net\\.core\\.  \r\nsomaxconn$\n# no remark\n")
    try check(list, "net.core.rmem_max")
    try check(list, "net/core/somaxconn")
    #expect(throws: PluginError.self) { try check(list, "net/core/rmem_max") }
    #expect(throws: PluginError.self) { try check(list, "net.ipv4.net.core.a") }
  }

  @Test(arguments: [
    "^net\\.(core|ipv4)\\.", "a{2}", "a|b", "\\d", "a*?", "a**", "*a", "a^", "a$b", "[a", "[[:alpha:]]", "\\",
  ])
  func whatItCannotMatchIsTheExecutables(line: String) throws {
    let list = try list("net\n\(line)\n")
    #expect(list.reasonWhyNot?.contains(list.path) == true)
    let error = #expect(throws: PluginError.self) { try check(list, "net.ipv4.a") }
    #expect(error?.code == 7)
    let tuning = Tuning(allowList: list)
    #expect(tuning.reasonToExecute(["sysctl": ["net.a": "1"]])?.contains("allowlist.conf") == true)
    #expect(tuning.reasonToExecute(["mtu": 1400]) == nil)
  }

  @Test func aFileThatCannotBeReadIsNoList() throws {
    try Directories.make(pool.path + "/directory")
    let error = #expect(throws: PluginError.self) {
      try check(AllowList(path: pool.path + "/directory"), "net.ipv4.a")
    }
    #expect(error?.code == 5)
    let path = pool.path + "/latin"
    try DurableFile.replace(path, with: [0xe4], durable: false)
    #expect(AllowList(path: path).reasonWhyNot != nil)
  }

  @Test(arguments: [
    ("net", "a.net.b", true), ("^net", "a.net", false), ("net$", "net.a", false), ("^net$", "net", true),
    ("", "x", true),
    ("^$", "", true), ("^$", "x", false), ("n.t", "nxt", true), ("n.t", "n\nt", false), ("n\\.t", "nxt", false),
    ("ab*c", "ac", true), ("ab*c", "abbbc", true), ("ab+c", "ac", false), ("ab+c", "xabbc", true),
    ("ab?c", "abbc", false),
    ("^ab?c", "ac", true), ("^.*$", "anything", true), ("^a.*b.*c$", "a1b2b3c", true), ("^a.*b.*c$", "a1c2b", false),
    ("[a-c]x", "bx", true), ("[^a-c]x", "bx", false), ("[^a-c]x", "dx", true), ("[]x]", "]", true),
    ("[^]]", "]", false),
    ("[a-]", "-", true), ("[-a]", "-", true), ("[\\]]", "]", true), ("[\\--0]", ".", true), ("[.]", "x", false),
    ("a]}", "a]}", true), ("\\/\\_", "/_", true), ("é+$", "éé", true), ("^.$", "é", true), ("x*", "", true),
    ("(", "(", nil), ("[z-a]", "z", nil), ("[a-b-c]", "b", nil), ("[]", "]", nil), ("\\a", "a", nil),
    ("[\\d]", "1", nil),
  ])
  func aPatternMatchesAsRE2(pattern: String, text: String, found: Bool?) {
    #expect(SimplePattern(pattern)?.isFound(in: text) == found)
  }
}
