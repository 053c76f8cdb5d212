import CNI
import JSON
import LinuxKernel
import Synchronization
import Testing

@testable import CNIPlugin

/// Plugins that ask others.
@Suite struct DelegationTests {
  private func test(_ answer: @escaping @Sendable (PluginRequest) -> PluginResponse) -> (
    PluginTest<ProbePlugin>, ScriptedInvoker
  ) {
    let invoker = ScriptedInvoker(answer)
    var test = PluginTest(ProbePlugin(), ["ipam": ["type": "host-local", "subnet": "10.1.0.0/16"]])
    test.caller = PluginCaller(invoker: invoker, pluginDirectories: ["/a", "/b"])
    return (test, invoker)
  }

  @Test func theSameEnvironmentAndConfigurationGoToTheDelegate() throws {
    let result = try Results.one().raw.serialized()
    let (test, invoker) = test { _ in PluginResponse(.ended(.exited(0)), stdout: result) }
    let call = try test.call(.add)
    #expect(try call.delegateToIPAM() == Results.one())
    let request = try #require(invoker.all.first)
    #expect(request.plugin == "host-local" && request.executable == "/a/host-local" && request.verb == .add)
    #expect(request.environment == test.request(.add).environment)
    #expect(request.configuration == test.request(.add).configuration)
  }

  @Test func anotherVerbIsSaid() throws {
    let (test, invoker) = test { _ in PluginResponse(.ended(.exited(0))) }
    #expect(try test.call(.add).delegateToIPAM(.del) == nil)
    #expect(invoker.all.first?["CNI_COMMAND"] == "DEL" && invoker.all.first?.verb == .del)
  }

  @Test func aDelegatesCodePassesThrough() throws {
    let (test, _) = test { _ in .exited(1, stdout: #"{"code":11,"msg":"later","details":"soon"}"#) }
    let error = #expect(throws: PluginError.self) { try test.call(.add).delegateToIPAM() }
    #expect(error == PluginError("later", code: 11, details: "soon"))
  }

  @Test func aDelegateThatPrintsNoResultIsAnError() throws {
    let (test, _) = test { _ in .exited(0, stdout: "hello") }
    #expect(throws: PluginError.self) { try test.call(.add).delegateToIPAM() }
  }

  @Test func withoutATypeNobodyIsAsked() throws {
    #expect(try PluginTest(ProbePlugin()).call(.add).delegateToIPAM() == nil)
    #expect(throws: PluginError.self) { try PluginTest(ProbePlugin()).call(.add).delegate(to: "x") }
  }

  @Test(
    "a plugin that could not be asked is named, its code is 999 or the specification's",
    arguments: [
      (PluginResponse(.timedOut(.seconds(3))), 999), (PluginResponse(.notStarted("no room")), 5),
      (.exited(2), 999), (.exited(1, stderr: "panic"), 999), (.exited(1, stdout: "no JSON"), 999),
    ])
  func withoutADocument(response: PluginResponse, code: Int) throws {
    let (test, _) = test { _ in response }
    let error = #expect(throws: PluginError.self) { try test.call(.del).delegateToIPAM() }
    #expect(error?.code == code && error?.message.hasPrefix("host-local: ") == true)
  }

  @Test func whatADelegateWritesToStandardErrorPassesThrough() throws {
    let heard = Mutex<[String]>([])
    for status: Int32 in [0, 1] {
      let result = try Results.one().raw.text()
      var (test, _) = test { _ in .exited(status, stdout: status == 0 ? result : "{}", stderr: "a\nb\n") }
      test.caller.hearsRemarks = { text in heard.withLock { $0.append(text) } }
      let response = DelegatingPlugin().respond(to: test.request(.add), from: test.caller)
      #expect(response.stderr == "asking\na\nb\n" && response.outcome == .ended(.exited(status)))
    }
    #expect(heard.withLock { $0 } == ["asking\n", "a\nb\n", "asking\n", "a\nb\n"])
  }

  @Test func remarksAreBounded() {
    let remarks = Remarks()
    for _ in 0..<100 { remarks.add(String(repeating: "x", count: 1000)) }
    #expect(remarks.text.utf8.count <= CNIBounds.standardError && remarks.text.hasPrefix("xxx"))
  }

  @Test func aConfigurationOfItsOwnIsCompleted() throws {
    let result = try Results.one().raw.serialized()
    var (test, invoker) = test { _ in PluginResponse(.ended(.exited(0)), stdout: result) }
    test.configuration["cniVersion"] = "1.0.0"
    test.configuration["runtimeConfig"] = ["mac": "x"]
    test.previousResult = try Results.one("1.0.0")
    try test.call(.add).delegate(to: "bridge", configuration: ["bridge": "b", "cniVersion": "0.4.0"])
    let sent = try JSON(parsing: try #require(invoker.all.first).configuration)
    #expect(
      sent == [
        "bridge": "b", "cniVersion": "0.4.0", "name": "test", "type": "bridge", "runtimeConfig": ["mac": "x"],
        "prevResult": try Results.one("1.0.0").raw,
      ])
  }

  @Test func collectionReachesADelegateWithItsOwnConfiguration() throws {
    let (test, invoker) = test { _ in PluginResponse(.ended(.exited(0))) }
    let kept = AttachmentIdentity(containerID: "a", interfaceName: "eth0")
    try test.call(.gc, keeping: [kept]).delegate(to: "bridge", configuration: [:])
    let sent = try JSON(parsing: try #require(invoker.all.first).configuration)
    #expect(sent["cni.dev/valid-attachments"] == [["containerID": "a", "ifname": "eth0"]])
  }

  @Test func aPluginServedInThisProcess() throws {
    let addresses = ProbePlugin(result: try Results.one())
    var test = PluginTest(DelegatingPlugin(), ["ipam": ["type": "probe"]])
    test.caller.invoker = InProcessPlugins(addresses)
    #expect(try test.add() == Results.one())
    try test.del()
    #expect(addresses.calls.all.map(\.verb) == [.add, .del])
    #expect(addresses.calls.all.allSatisfy { $0.caller.pluginDirectories == ["/nonexistent"] })
    test.configuration["ipam"] = ["type": "other"]
    let error = #expect(throws: PluginError.self) { try test.add() }
    #expect(error?.message == "there is no plugin other here")
    let (_, others) = self.test { _ in .exited(1, stdout: #"{"code":11,"msg":"later"}"#) }
    test.caller.invoker = InProcessPlugins(addresses, otherwise: others)
    #expect(throws: PluginError("later", code: 11)) { try test.add() }
    #expect(others.all.map(\.plugin) == ["other"])
  }

  @Test func pluginsThatAskOneAnotherComeToAnEnd() throws {
    let plugin = DelegatingPlugin()
    var test = PluginTest(plugin, ["ipam": ["type": "delegating"]])
    test.caller.invoker = InProcessPlugins(plugin)
    let itself = #expect(throws: PluginError.self) { try test.add() }
    #expect(itself?.code == 7 && itself?.message == "delegating would delegate to itself")
    test.configuration = ["delegate": true]
    let endless = #expect(throws: PluginError.self) { try test.add() }
    #expect(endless?.code == 7 && endless?.message.contains("4 plugins") == true)
    #expect(plugin.calls.withLock { $0 } == 6)
    // The next call begins anew.
    test.configuration = ["ipam": ["type": "probe"]]
    test.caller.invoker = InProcessPlugins(ProbePlugin(result: try Results.one()))
    _ = try test.add()
  }
}

extension ProbePlugin {
  fileprivate init(result: CNIResult) { self.init(failure: nil, result: result) }
}
