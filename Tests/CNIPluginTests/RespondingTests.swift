import CNI
import JSON
import LinuxKernel
import Testing

@testable import CNIPlugin

/// What a runtime gets: documents and exit status.
@Suite struct RespondingTests {
  /// The error document of a response that must be one.
  private func document(_ response: PluginResponse) throws -> JSON {
    #expect(response.outcome == .ended(.exited(1)))
    return try JSON(parsing: response.stdout)
  }

  private func respond(
    _ verb: Verb, _ variables: [String: String], _ configuration: String, plugin: ProbePlugin = ProbePlugin()
  ) -> PluginResponse {
    plugin.respond(
      to: PluginRequest(
        verb: verb, plugin: "probe", executable: "probe", network: "",
        environment: variables.map { Attachment.Argument($0.key, $0.value) }, configuration: Array(configuration.utf8)),
      from: PluginCaller(invoker: NoDelegates()))
  }

  private func configuration(version: String, _ more: String = "") -> String {
    #"{"name":"n","type":"probe","cniVersion":"\#(version)","cni.dev/valid-attachments":[]\#(more)}"#
  }

  private static let variables = [
    "CNI_CONTAINERID": "c", "CNI_NETNS": "/n", "CNI_IFNAME": "eth0", "CNI_PATH": "/p",
  ]

  @Test(arguments: [
    (Verb.add, ["CNI_CONTAINERID", "CNI_NETNS", "CNI_IFNAME", "CNI_PATH"]),
    (.check, ["CNI_CONTAINERID", "CNI_NETNS", "CNI_IFNAME", "CNI_PATH"]),
    (.del, ["CNI_CONTAINERID", "CNI_IFNAME", "CNI_PATH"]), (.gc, ["CNI_PATH"]), (.status, ["CNI_PATH"]),
  ])
  func namesTheVariablesThatAreMissing(verb: Verb, required: [String]) throws {
    for missing in required {
      var variables = Self.variables
      variables[missing] = ""
      let answer = try document(respond(verb, variables, "{}"))
      #expect(answer["code"]?.integer == 4)
      #expect(answer["msg"]?.string == "required env variables [\(missing)] missing")
    }
    let answer = try document(respond(verb, [:], "{}"))
    #expect(answer["msg"]?.string == "required env variables [\(required.joined(separator: ","))] missing")
    // What a verb does without may be missing.
    let plugin = ProbePlugin()
    let enough = Self.variables.filter { required.contains($0.key) }
    let previous = try Results.one().raw.text()
    let response = respond(
      verb, enough, configuration(version: "1.1.0", #","prevResult":\#(previous)"#), plugin: plugin)
    #expect(response.outcome == .ended(.exited(0)) && plugin.calls.all.map(\.verb) == [verb])
  }

  @Test(arguments: [
    ("{", 6), ("", 6), ("[]", 6), ("{}", 7), (#"{"name":"a b"}"#, 7), (#"{"name":"-"}"#, 7), (#"{"name":7}"#, 7),
    (#"{"name":"n","cniVersion":"2.0.0"}"#, 1), (#"{"name":"n","cniVersion":"1"}"#, 1),
    (#"{"name":"n","cniVersion":7}"#, 6), (#"{"name":"n","cniVersion":"1.1.0","level":"x"}"#, 7),
    (#"{"name":"n","cniVersion":"1.1.0","LEVEL":"x"}"#, 7), (#"{"name":"n","cniVersion":"1.1.0","prevResult":7}"#, 6),
    (#"{"name":"n","cniVersion":"1.1.0","runtimeConfig":[]}"#, 6),
    (#"{"name":"n","cniVersion":"1.1.0","RuntimeConfig":"x"}"#, 6),
    (#"{"name":"n","cniVersion":"1.1.0","prevResult":{"ips":[{"address":"x"}]}}"#, 6),
  ])
  func refusesAConfiguration(text: String, code: Int) throws {
    let plugin = ProbePlugin()
    for verb in [Verb.add, .del, .check, .gc, .status] {
      let answer = try document(respond(verb, Self.variables, text, plugin: plugin))
      #expect(answer["code"]?.integer == code, "\(verb) \(text): \(answer.text())")
      #expect(answer["msg"]?.string?.isEmpty == false)
    }
    #expect(plugin.calls.all.isEmpty)
  }

  @Test func theEnvironmentIsLookedAtBeforeTheConfiguration() throws {
    #expect(try document(respond(.add, [:], "{"))["code"]?.integer == 4)
    #expect(
      try document(respond(.add, Self.variables.merging(["CNI_CONTAINERID": "a/b"]) { $1 }, "{"))["code"]?.integer == 4)
    #expect(
      try document(respond(.add, Self.variables.merging(["CNI_IFNAME": "a/b"]) { $1 }, "{"))["code"]?.integer == 4)
  }

  @Test(arguments: [
    (Verb.check, "0.3.1", false), (.check, "0.4.0", true), (.gc, "1.0.0", false), (.gc, "1.1.0", true),
    (.status, "1.0.0", false), (.status, "1.1.0", true), (.del, "0.1.0", true), (.check, "", false),
  ])
  func aVersionKnowsItsVerbs(verb: Verb, version: String, isKnown: Bool) throws {
    let plugin = ProbePlugin()
    let response = respond(verb, Self.variables, configuration(version: version), plugin: plugin)
    #expect(plugin.calls.all.count == (isKnown ? 1 : 0))
    guard !isKnown else { return }
    let answer = try document(response)
    #expect(answer["code"]?.integer == 1)
    #expect(answer["msg"]?.string == "config version does not allow \(verb.rawValue)")
    #expect(answer["cniVersion"]?.string == (version.isEmpty ? "0.1.0" : version))
  }

  @Test(
    "an error document is in the configuration's version: what is missing is 0.1.0, what is not spoken the newest",
    arguments: [
      (#"{"name":"n"}"#, "0.1.0"), (#"{"name":"n","cniVersion":""}"#, "0.1.0"),
      (#"{"name":"n","cniVersion":null}"#, "0.1.0"), (#"{"name":"n","cniVersion":"0.4.0"}"#, "0.4.0"),
      (#"{"name":"n","CNIVersion":"0.3.1"}"#, "0.3.1"), (#"{"cniVersion":"1.0.0"}"#, "1.0.0"),
      (#"{"name":"n","cniVersion":"1.2.0"}"#, "1.1.0"), (#"{"name":"n","cniVersion":7}"#, "1.1.0"), ("{", "1.1.0"),
      ("[]", "1.1.0"), ("", "1.1.0"),
    ])
  func errorVersion(configuration: String, version: String) throws {
    for variables in [[:], Self.variables] {
      let plugin = ProbePlugin(failure: PluginError("x"))
      let answer = try document(respond(.add, variables, configuration, plugin: plugin))
      #expect(answer["cniVersion"]?.string == version, "\(configuration)")
    }
  }

  @Test func aPluginMaySpeakFewerVersions() throws {
    let plugin = ProbePlugin(supportedVersions: ["0.4.0", "1.0.0"])
    let said = try JSON(parsing: respond(.version, [:], "", plugin: plugin).stdout)
    #expect(said == ["cniVersion": "1.0.0", "supportedVersions": ["0.4.0", "1.0.0"]])
    for version in ["0.1.0", "0.3.1", "1.1.0", ""] {
      let answer = try document(respond(.del, Self.variables, configuration(version: version), plugin: plugin))
      let asked = version.isEmpty ? "0.1.0" : version
      #expect(answer["code"]?.integer == 1 && answer["cniVersion"]?.string == "1.0.0")
      #expect(
        answer["details"]?.string == #"config is "\#(asked)", plugin supports ["0.4.0" "1.0.0"]"#)
    }
    #expect(
      respond(.del, Self.variables, configuration(version: "1.0.0"), plugin: plugin).outcome == .ended(.exited(0)))
    let other = #expect(throws: PluginError.self) { try PluginTest(plugin, ["cniVersion": "1.1.0"]).del() }
    #expect(other?.code == 1)
    try PluginTest(plugin).del()
    #expect(plugin.calls.all.map(\.cniVersion) == ["1.0.0", "1.0.0"])
  }

  @Test func aVerbWithoutAContainerSeesNone() throws {
    let plugin = ProbePlugin()
    let host = Self.variables.merging(["CNI_NETNS": "/proc/self/ns/net"]) { $1 }
    for verb in [Verb.gc, .status] {
      #expect(
        respond(verb, host, configuration(version: "1.1.0"), plugin: plugin).outcome == .ended(.exited(0)))
    }
    #expect(plugin.calls.all.allSatisfy { $0.networkNamespace + $0.containerID + $0.interfaceName == "" })
    #expect(plugin.calls.all.count == 2)
  }

  @Test func versionNeedsNothing() throws {
    let response = respond(.version, [:], "garbage")
    #expect(response.outcome == .ended(.exited(0)))
    let answer = try JSON(parsing: response.stdout)
    #expect(answer["cniVersion"]?.string == "1.1.0")
    #expect(answer["supportedVersions"]?.array?.compactMap(\.string) == SpecificationVersion.supported)
  }

  private static let old = #""ip4":{"ip":"10.1.0.7/16","gateway":"10.1.0.1"},"dns":{}}"#
  private static let interfaces =
    #""interfaces":[{"name":"eth0","mac":"0a:00:00:00:00:01","sandbox":"/run/netns/test"}],"#
  private static let middle =
    interfaces + #""ips":[{"version":"4","interface":0,"address":"10.1.0.7/16","gateway":"10.1.0.1"}],"dns":{}}"#
  private static let new =
    interfaces + #""ips":[{"interface":0,"address":"10.1.0.7/16","gateway":"10.1.0.1"}]}"#

  @Test(
    "a result is one document in the configuration's version, whatever the plugin's",
    arguments: [
      ("0.1.0", old), ("0.2.0", old), ("0.3.0", middle), ("0.3.1", middle), ("0.4.0", middle), ("1.0.0", new),
      ("1.1.0", new),
    ])
  func resultVersions(version: String, printed: String) throws {
    for own in ["1.1.0", "0.4.0"] {
      let test = PluginTest(ProbePlugin(result: try Results.one(own)), ["cniVersion": .string(version)])
      let response = test.respond(.add)
      #expect(response.outcome == .ended(.exited(0)))
      #expect(String(decoding: response.stdout, as: UTF8.self) == #"{"cniVersion":"\#(version)",\#(printed)"#)
    }
  }

  @Test func aResultThatTheVersionCannotSayIsAnError() throws {
    let test = PluginTest(ProbePlugin(result: try CNIResult(cniVersion: "1.1.0")), ["cniVersion": "0.2.0"])
    let answer = try document(test.respond(.add))
    #expect(answer["code"]?.integer == 1 && answer["msg"]?.string == "cannot convert: no valid IP addresses")
  }

  @Test(arguments: [Verb.add, .del, .check, .gc, .status])
  func aFailureIsOneDocument(verb: Verb) throws {
    let plugin = ProbePlugin(failure: PluginError("no more addresses", code: 107, details: "all are taken"))
    let answer = try document(PluginTest(plugin, ["cniVersion": "1.1.0"]).respond(verb))
    let wanted: JSON = [
      "cniVersion": "1.1.0", "code": 107, "msg": "no more addresses", "details": "all are taken",
    ]
    #expect(answer == wanted)
  }

  @Test func anErrorWithoutACodeIs999() throws {
    let answer = try document(PluginTest(ProbePlugin(failure: PluginError("x"))).respond(.del))
    #expect(answer["code"]?.integer == 999 && answer["details"] == nil)
  }

  @Test(arguments: [0, -1, Int.min])
  func aCodeThatIsNoneIs999(code: Int) throws {
    let answer = try document(PluginTest(ProbePlugin(failure: PluginError("x", code: code))).respond(.del))
    #expect(answer["code"]?.integer == 999)
  }

  @Test func theVerbsWithDefaultsSucceed() throws {
    let test = PluginTest(BarePlugin())
    for verb in [Verb.check, .gc, .status] {
      #expect(test.respond(verb) == PluginResponse(.ended(.exited(0))))
    }
  }

  @Test func ownNamespaceIsRefusedBeforeAnythingIsDone() throws {
    let plugin = ProbePlugin()
    var test = PluginTest(plugin)
    test.networkNamespace = "/proc/self/ns/net"
    for verb in [Verb.add, .del, .check] {
      #expect(try document(test.respond(verb))["code"]?.integer == 8)
    }
    #expect(throws: PluginError.self) { try test.add() }
    #expect(plugin.calls.all.isEmpty)
    test.caller.allowsOwnNamespace = true
    #expect(test.respond(.del).outcome == .ended(.exited(0)))
    test.caller.allowsOwnNamespace = false
    test.networkNamespace = "/not/there"
    #expect(test.respond(.del).outcome == .ended(.exited(0)))
  }
}

extension ProbePlugin {
  fileprivate init(result: CNIResult) { self.init(failure: nil, result: result) }
  fileprivate init(failure: PluginError) { self.init(failure: failure, result: nil) }
  fileprivate init(supportedVersions: [String]) {
    self.init(failure: nil, result: nil, supportedVersions: supportedVersions)
  }
}
