import CNI
import Glibc
import JSON
import LinuxKernel
import Testing

@Suite("The plugin side", .enabled(if: NoopPlugin.isBuilt, "noop-plugin is not built"), .timeLimit(.minutes(2)))
struct SkelTests {
  private func configuration(_ version: String = "1.1.0", _ more: String = "") -> String {
    #"{"cniVersion":"\#(version)","name":"net","type":"noop"\#(more)}"#
  }

  @Test(
    "CNI-C1 required variables, all that are missing told together",
    arguments: [
      ("ADD", "CNI_CONTAINERID,CNI_NETNS,CNI_IFNAME,CNI_PATH"),
      ("CHECK", "CNI_CONTAINERID,CNI_NETNS,CNI_IFNAME,CNI_PATH"), ("DEL", "CNI_CONTAINERID,CNI_IFNAME,CNI_PATH"),
      ("GC", "CNI_PATH"), ("STATUS", "CNI_PATH"),
    ])
  func requiredVariables(verb: String, required: String) async throws {
    for environment in [["CNI_COMMAND": verb], ["CNI_COMMAND": verb, "CNI_PATH": "", "CNI_IFNAME": ""]] {
      let response = await NoopPlugin.run(environment, configuration())
      #expect(try response.complaint == "4 required env variables [\(required)] missing")
    }
    for name in required.split(separator: ",").map(String.init) {
      let response = await NoopPlugin.call(verb, configuration(), without: [name])
      #expect(try response.complaint == "4 required env variables [\(name)] missing")
    }
    let others = NoopPlugin.environment.keys.filter { $0 != "CNI_COMMAND" && !required.contains($0) }
    #expect(await NoopPlugin.call(verb, configuration(), without: others).outcome == .ended(.exited(0)))
  }

  @Test("CNI-C1 VERSION requires the command only; an unknown verb is code 4")
  func unknownVerb() async throws {
    #expect(await NoopPlugin.run(["CNI_COMMAND": "VERSION"], "").outcome == .ended(.exited(0)))
    #expect(try await NoopPlugin.run(["CNI_COMMAND": "FOO"], configuration()).complaint == "4 unknown CNI_COMMAND: FOO")
    #expect(try await NoopPlugin.call("add", configuration()).complaint == "4 unknown CNI_COMMAND: add")
  }

  @Test("CNI-C2 without CNI_COMMAND: what it is and which versions it speaks, on standard error, exit status 0")
  func about() async {
    for response in [await NoopPlugin.run([:], ""), await NoopPlugin.call("", configuration())] {
      #expect(response.outcome == .ended(.exited(0)) && response.stdout.isEmpty)
      let versions = "CNI protocol versions supported: 0.1.0, 0.2.0, 0.3.0, 0.3.1, 0.4.0, 1.0.0, 1.1.0\n"
      #expect(response.stderr.hasPrefix("noop-plugin: a CNI plugin") && response.stderr.hasSuffix(versions))
    }
  }

  @Test("CNI-C3 VERSION does not read standard input")
  func versionIsBlind() async throws {
    let directory = try TemporaryDirectory()
    // A pipe that gives nothing and never ends.
    let held = try directory.script(
      "held", "mkfifo '\(directory.path)/pipe' && exec 3<>'\(directory.path)/pipe' && exec \(NoopPlugin.path) <&3")
    let path = "/usr/bin:/bin"
    for response in [
      await NoopPlugin.run(["CNI_COMMAND": "VERSION", "PATH": path], "", as: held),
      await NoopPlugin.run(["CNI_COMMAND": "VERSION"], "no JSON"),
    ] {
      #expect(response.outcome == .ended(.exited(0)))
      #expect(
        try response.document == [
          "cniVersion": "1.1.0", "supportedVersions": ["0.1.0", "0.2.0", "0.3.0", "0.3.1", "0.4.0", "1.0.0", "1.1.0"],
        ])
    }
  }

  @Test("CNI-C3 standard input is bounded")
  func boundedInput() async throws {
    let huge = configuration("1.1.0", #","x":"\#(String(repeating: "x", count: 17 << 20))""#)
    #expect(try await NoopPlugin.call("ADD", huge).complaint == "5 error reading from stdin: more than 16777216 bytes")
  }

  @Test("CNI-C4 the order of the checks: environment, JSON, name, version")
  func order() async throws {
    func complaint(_ configuration: String, _ changes: [String: String] = [:]) async throws -> String {
      try await NoopPlugin.call("ADD", configuration, with: changes).complaint
    }
    #expect(try await complaint("{", ["CNI_IFNAME": ""]) == "4 required env variables [CNI_IFNAME] missing")
    #expect(try await complaint(#"{"cniVersion":"2.0.0""#).hasPrefix("6 error unmarshall network config: invalid JSON"))
    #expect(try await complaint("[]") == "6 error unmarshall network config: no object")
    #expect(try await complaint(#"{"cniVersion":"2.0.0"}"#) == "7 missing network name")
    #expect(
      try await complaint(#"{"cniVersion":"2.0.0","name":"../x"}"#)
        == "7 invalid characters found in network name; ../x")
    #expect(
      try await complaint(configuration(), ["CNI_CONTAINERID": "a/b"]) == "4 invalid characters in containerID; a/b")
    #expect(
      try await complaint(configuration("2.0.0"))
        == "1 incompatible CNI versions; config is \"2.0.0\", plugin supports "
        + #"["0.1.0" "0.2.0" "0.3.0" "0.3.1" "0.4.0" "1.0.0" "1.1.0"]"#)
    let answer = try await NoopPlugin.call("ADD", #"{"name":"net"}"#).document
    #expect(answer["cniVersion"] == "0.1.0")
  }

  @Test(
    "CNI-C4 verbs that the configuration's version does not have",
    arguments: [
      ("CHECK", "0.3.1", "0.4.0"), ("CHECK", "", "1.0.0"), ("GC", "1.0.0", "1.1.0"), ("STATUS", "0.4.0", "1.1.0"),
    ])
  func verbsOfVersions(verb: String, old: String, new: String) async throws {
    #expect(try await NoopPlugin.call(verb, configuration(old)).complaint == "1 config version does not allow \(verb)")
    #expect(await NoopPlugin.call(verb, configuration(new)).outcome == .ended(.exited(0)))
  }

  @Test("CNI-C5 an error is JSON on standard output in the configuration's version, exit status 1; untyped it is 999")
  func errorDocument() async throws {
    let directory = try TemporaryDirectory()
    func answer(_ error: String) async throws -> PluginResponse {
      let script = try directory.write("script", #"{"ADD":{"error":\#(error)}}"#)
      return await NoopPlugin.call("ADD", configuration("0.4.0", #","debugFile":"\#(script)""#))
    }
    let typed = try await answer(#"{"code":11,"msg":"try again later","details":"busy"}"#)
    #expect(typed.outcome == .ended(.exited(1)))
    #expect(
      try typed.document == ["cniVersion": "0.4.0", "code": 11, "msg": "try again later", "details": "busy"])
    let untyped = try await answer(#"{"msg":"banana"}"#)
    #expect(try untyped.document == ["cniVersion": "0.4.0", "code": 999, "msg": "banana"])
    #expect(untyped.outcome == .ended(.exited(1)))
  }

  @Test(
    "CNI-C6 results are printed in the configuration's version",
    arguments: [
      ("0.2.0", #"{"cniVersion":"0.2.0","ip4":{"ip":"10.0.0.2/24"},"dns":{}}"#),
      (
        "0.4.0",
        #"{"cniVersion":"0.4.0","interfaces":[{"name":"eth0"}],"ips":[{"version":"4","interface":0,"address":"10.0.0.2/24"}],"dns":{}}"#
      ),
      (
        "1.1.0",
        #"{"cniVersion":"1.1.0","interfaces":[{"name":"eth0","mtu":1400}],"ips":[{"interface":0,"address":"10.0.0.2/24"}]}"#
      ),
    ])
  func resultVersion(version: String, printed: String) async throws {
    let directory = try TemporaryDirectory()
    let script = try directory.write(
      "script",
      #"{"ADD":{"result":{"interfaces":[{"name":"eth0","mtu":1400}],"ips":[{"interface":0,"address":"10.0.0.2/24"}]}}}"#
    )
    let response = await NoopPlugin.call("ADD", configuration(version, #","debugFile":"\#(script)""#))
    #expect(try response.document == JSON(parsing: printed))
  }

  @Test("CNI-C7 the plugin's namespace must not be CNI_NETNS; looked at first, so that one document is printed")
  func ownNamespace() async throws {
    let own = ["CNI_NETNS": "/proc/self/ns/net"]
    for verb in ["ADD", "DEL", "CHECK"] {
      let response = await NoopPlugin.call(verb, configuration(), with: own)
      #expect(try response.complaint == "8 plugin's netns and netns from CNI_NETNS should not be the same")
    }
    for override in ["1", "true"] {
      let changes = own.merging(["CNI_NETNS_OVERRIDE": override]) { $1 }
      #expect(await NoopPlugin.call("ADD", configuration(), with: changes).outcome == .ended(.exited(0)))
    }
  }

  @Test("CNI-C the runtime side hears what the plugin side says")
  func throughTheRuntime() async throws {
    let directory = try TemporaryDirectory()
    guard symlink(NoopPlugin.path, "\(directory.path)/noop") == 0 else { return }
    let runtime = CNIRuntime(
      pluginDirectories: [directory.path], cacheDirectory: "\(directory.path)/cache", invoker: ExecutablePluginInvoker()
    )
    #expect(try await runtime.version(of: "noop").last == "1.1.0")
    let list = try chain("noop", version: "0.9.0")
    let error = await failure { () async throws(CNIError) in _ = try await runtime.add(list, attachment()) }
    #expect(error?.code == 1 && error?.message == "incompatible CNI versions" && error?.plugin == "noop")
  }
}
