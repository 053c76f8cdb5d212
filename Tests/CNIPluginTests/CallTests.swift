import CNI
import JSON
import LinuxKernel
import Testing

@testable import CNIPlugin

/// What a plugin gets.
@Suite struct CallTests {
  @Test func allThatTheRuntimeSays() throws {
    var test = PluginTest(ProbePlugin(), ["cniVersion": "1.0.0", "level": 3, "runtimeConfig": ["mac": "x"]])
    test.arguments = [.init("K8S_POD_NAME", "a"), .init("IP", "10.0.0.1")]
    test.previousResult = try Results.one("1.0.0")
    let call = try test.call(.add)
    #expect(call.verb == .add && call.containerID == "test" && call.networkNamespace == "/run/netns/test")
    #expect(call.interfaceName == "eth0" && call.network == "test" && call.cniVersion == "1.0.0")
    #expect(call.arguments == test.arguments && call.configuration.level == 3)
    #expect(call.document["runtimeConfig"]?["mac"]?.string == "x" && call.capabilities == ["mac": "x"])
    #expect(try call.previousResult == Results.one("1.0.0"))
    #expect(call.identity == AttachmentIdentity(containerID: "test", interfaceName: "eth0"))
  }

  @Test func whatIsNotAskedForIsToldAndTheSpecificationsOwnIsNot() throws {
    let test = PluginTest(
      ProbePlugin(),
      [
        "level": 1, "levle": 2, "nested": ["inner": 1, "outer": 2], "args": ["cni": [:]], "dns": [:], "ipam": [:],
        "capabilities": ["a": true], "runtimeConfig": [:], "prevResult": .null, "cni.dev/x": 1, "Level": 1,
      ])
    #expect(try test.call(.add).unknownFields.map(\.path) == ["nested.outer", "levle", "Level"])
  }

  @Test func keysAreFoundInWhateverCase() throws {
    let previous = try Results.one().raw
    let test = PluginTest(
      ProbePlugin(),
      [
        "CniVersion": "1.0.0", "NAME": "net", "LEVEL": 3, "Nested": ["INNER": 4, "Outer": 5], "PrevResult": previous,
        "RuntimeConfig": ["mac": "x"], "IPAM": ["TYPE": "host-local"],
      ])
    let call = try test.call(.add)
    #expect(call.cniVersion == "1.0.0" && call.network == "net" && call.ipamType == "host-local")
    #expect(call.configuration.level == 3 && call.configuration.nested?.inner == 4)
    #expect(call.capabilities == ["mac": "x"] && call.previousResult?.ips.count == 1)
    #expect(call.unknownFields.map(\.path) == ["Nested.Outer"] || call.unknownFields.map(\.path) == ["nested.Outer"])
  }

  @Test(arguments: ["0.2.0", "0.4.0", "1.0.0", "1.1.0"])
  func thePreviousResultIsInTheConfigurationsVersion(version: String) throws {
    for own in ["0.4.0", "1.1.0"] {
      var test = PluginTest(ProbePlugin(), ["cniVersion": .string(version)])
      test.previousResult = try Results.one(own)
      let previous = try #require(try test.call(.add).previousResult)
      #expect(try previous.raw == Results.one(version).raw)
    }
  }

  @Test func aPreviousResultThatTheVersionCannotSayStaysAsItCame() throws {
    var test = PluginTest(ProbePlugin(), ["cniVersion": "0.2.0"])
    test.previousResult = try CNIResult(cniVersion: "1.0.0", interfaces: [.init(name: "eth0")])
    #expect(try test.call(.del).previousResult == test.previousResult)
  }

  @Test func whatIsUnknownCanBeRefused() throws {
    try PluginTest(ProbePlugin(), ["level": 1, "dns": [:]]).call(.add).requireKnownFields()
    let call = try PluginTest(ProbePlugin(), ["levle": 1]).call(.add)
    let error = #expect(throws: PluginError.self) { try call.requireKnownFields() }
    #expect(
      error?.code == 2 && error?.message.contains(#"levle: unknown field; the nearest known one is "level""#) == true)
  }

  @Test(
    arguments: [
      ("IP=1", nil), ("IP=1;X=2", 4), ("X=2;IgnoreUnknown=1", nil), ("IgnoreUnknown=TRUE;X=2", nil),
      ("IgnoreUnknown=0;X=2", 4), ("IgnoreUnknown=0;IP=2", nil), ("IgnoreUnknown=yes", 4), ("IgnoreUnknown=", 4),
    ] as [(String, Int?)])
  func unknownArguments(text: String, code: Int?) throws {
    var test = PluginTest(ProbePlugin())
    test.arguments = try Attachment.Argument.parse(text)
    let call = try test.call(.add)
    do throws(PluginError) {
      try call.requireKnownArguments("IP")
      #expect(code == nil)
    } catch {
      #expect(error.code == code)
    }
  }

  @Test func aChainedPluginNeedsAResult() throws {
    let error = #expect(throws: PluginError.self) { try PluginTest(ProbePlugin()).add() }
    #expect(error?.code == 7 && error?.message.contains("probe") == true)
  }

  @Test func collectionNamesWhatIsStillInUse() throws {
    let plugin = ProbePlugin()
    let valid = [
      AttachmentIdentity(containerID: "a", interfaceName: "eth0"), .init(containerID: "a", interfaceName: "eth1"),
    ]
    try PluginTest(plugin).gc(keeping: valid)
    #expect(plugin.calls.all.first?.validAttachments == Set(valid))
    #expect(plugin.calls.all.first?.containerID == "")
  }

  @Test(arguments: [
    #"{"containerID":"a"}"#, #"{"ifname":"a"}"#, "7", #"{"containerID":1,"ifname":"a"}"#, "null",
    #"{"containerID":"","ifname":"a"}"#, #"{"containerID":"a","ifname":""}"#,
  ])
  func anAttachmentThatCannotBeReadIsNotPassedOver(entry: String) throws {
    let entries = JSON.array([["containerID": "b", "ifname": "eth0"], try JSON(parsing: Array(entry.utf8))])
    let error = #expect(throws: PluginError.self) {
      try gc(PluginTest(ProbePlugin()), "cni.dev/valid-attachments", entries)
    }
    #expect(error?.message.contains("[1]") == true)
    #expect(error?.code == 6)
  }

  @Test func aCollectionThatNamesNothingReleasesNothing() throws {
    let test = PluginTest(ProbePlugin())
    for value in [nil, JSON.null] {
      let error = #expect(throws: PluginError.self) { try gc(test, "cni.dev/valid-attachments", value) }
      #expect(error?.code == 7)
    }
    #expect(throws: PluginError.self) { try gc(test, "cni.dev/attachments", ["a": 1]) }
    let entry: JSON = ["containerID": "a", "ifname": "eth0"]
    for key in ["cni.dev/valid-attachments", "cni.dev/attachments"] {
      let identity = AttachmentIdentity(containerID: "a", interfaceName: "eth0")
      #expect(try gc(test, key, [entry]) == [identity])
    }
    #expect(try gc(test, "cni.dev/valid-attachments", []) == [])
  }

  /// What GC is to keep, where one key of the configuration says it.
  private func gc(
    _ test: PluginTest<ProbePlugin>, _ key: String, _ value: JSON?
  ) throws -> Set<AttachmentIdentity> {
    var document = try #require(try JSON(parsing: test.request(.gc).configuration).object)
    document["cni.dev/valid-attachments"] = nil
    document[key] = value
    let request = PluginRequest(
      verb: .gc, plugin: "probe", executable: "probe", network: "", environment: test.request(.gc).environment,
      configuration: JSON.object(document).serialized())
    return try PluginCall<ProbePlugin.Configuration>(request, from: test.caller).validAttachments
  }

  @Test func aBadArgumentIsRefused() {
    var test = PluginTest(ProbePlugin())
    test.arguments = [.init("", "x")]
    let error = #expect(throws: PluginError.self) { try test.call(.add) }
    #expect(error?.code == 4)
  }
}
