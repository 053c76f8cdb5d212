import Foundation
import JSON
import RuntimeAPI
import Testing

@testable import berthctl

@Suite("berthctl cni")
struct CNICommandTests {
  private static let namespace = "/var/run/netns/x"
  /// `cnitool-` and the first 20 digits of `printf /var/run/netns/x | sha512sum`.
  private static let containerID = "cnitool-4acf487154af9777be71"

  private func elements(_ value: JSON?) throws -> [JSON] {
    guard case .array(let elements) = try #require(value) else { return [] }
    return elements
  }

  private func document(_ outcome: Outcome) throws -> JSON { try JSON(parsing: Array(outcome.output.utf8)) }

  @Test(
    "what is no command line is exit 2 with nothing on standard output",
    arguments: [
      ["add"], ["add", "n"], ["del", "n"], ["check"], ["gc"], ["gc", "n", "--valid", "x"],
      ["gc", "n", "--valid", ":e"],
      ["status"], ["version"], ["validate"], ["list", "-o", "go-template"], ["add", "n", "x", "-o", "table"],
      ["add", "n", "x", "--args", "novalue"], ["add", "n", "x", "--capability-args", "[]"], ["frobnicate"], [],
    ] as [[String]])
  func usage(_ arguments: [String]) async throws {
    let outcome = try await CNIStage().cni(arguments)
    #expect(outcome.status == 2)
    #expect(outcome.output.isEmpty)
    #expect(outcome.errors.uppercased().contains("USAGE:"))
  }

  @Test("CNI-A40: environment and container id are cnitool's")
  func environment() async throws {
    let stage = try CNIStage()
    try stage.network()
    let outcome = await stage.cni("add", "n", Self.namespace)
    #expect(outcome.status == 0 && outcome.errors.isEmpty)
    #expect(stage.calls.first == "ADD first \(Self.containerID) \(Self.namespace) eth0 ")
    #expect(try stage.cached == ["n-\(Self.containerID)-eth0"])
    #expect(try document(outcome)["by"] == .string("second"))
    #expect(try stage.stdin("second", "ADD").contains("\"by\":\"first\""))

    let environment = ["CNI_ARGS": "A=1;B=", "CNI_IFNAME": "net1", "CAP_ARGS": "{\"mac\":\"c2:11:22:33:44:55\"}"]
    _ = await stage.cni("add", "n", "/var/run/../run/netns/./x", environment: environment)
    #expect(stage.calls.last == "ADD second \(Self.containerID) \(Self.namespace) net1 A=1;B=")
    #expect(try stage.stdin("second", "ADD").contains("\"runtimeConfig\":{\"mac\":\"c2:11:22:33:44:55\"}"))
    #expect(try !stage.stdin("first", "ADD").contains("runtimeConfig"))

    _ = await stage.cni(
      "add", "n", Self.namespace, "--ifname", "net2", "--args", "C=3", "--container-id", "mine", "--capability-args",
      "{}", environment: environment.merging(["CNI_ARGS": "broken"]) { _, new in new })
    #expect(stage.calls.last == "ADD second mine \(Self.namespace) net2 C=3")
    #expect(try !stage.stdin("second", "ADD").contains("runtimeConfig"))
  }

  @Test("a namespace's bare name is one of ip netns, and an empty one is refused")
  func bareName() async throws {
    let stage = try CNIStage()
    try stage.network()
    #expect(await stage.cni("add", "n", "x").status == 0)
    #expect(stage.calls.first == "ADD first \(Self.containerID) \(Self.namespace) eth0 ")
    let outcome = await stage.cni("add", "n", "")
    #expect(outcome.status == 2 && outcome.errors.contains("a path or a name is wanted"))
  }

  @Test("flags win over NETCONFPATH and CNI_PATH")
  func directories() async throws {
    let stage = try CNIStage()
    try stage.network()
    let elsewhere = ["NETCONFPATH": "/nonexistent/a", "CNI_PATH": "/nonexistent/b"]
    let lost = await stage.cni("validate", "n", environment: elsewhere)
    #expect(lost.status == 1 && lost.output.contains("/nonexistent/a"))
    let found = await stage.cni(
      "validate", "n", "--conf-dir", "\(stage.root)/net.d", "--bin-dir", "/nonexistent:\(stage.root)/bin",
      environment: elsewhere)
    #expect(found.status == 0)
  }

  @Test("a plugin's failure is its error document, in the configuration's version, and DEL over the whole list follows")
  func failedAdd() async throws {
    let stage = try CNIStage()
    try stage.network(version: "0.4.0")
    try stage.script(
      "second", "ADD",
      "echo why >&2; echo '{\"cniVersion\":\"0.4.0\",\"code\":107,\"msg\":\"no\",\"details\":\"d\"}'; exit 1")
    let outcome = await stage.cni("add", "n", Self.namespace)
    #expect(outcome.status == 1)
    let error: JSON = .object([
      "cniVersion": .string("0.4.0"), "code": .number("107"), "msg": .string("no"),
      "details": .string("d"),
    ])
    #expect(try document(outcome) == error)
    #expect(outcome.errors.contains("plugin type=\"second\" name=\"n\" failed (add): no; d"))
    #expect(outcome.errors.contains("stderr: why"))
    #expect(stage.chain == ["ADD first", "ADD second", "DEL second", "DEL first"])
    #expect(try stage.stdin("first", "DEL").contains("10.0.0.2/24"))
    #expect(try stage.cached.isEmpty)
  }

  @Test("a failed ADD is kept when that is asked for, and one of an attachment that is there is never undone")
  func keptFailure() async throws {
    let stage = try CNIStage()
    try stage.network()
    try stage.script("second", "ADD", "exit 3")
    #expect(await stage.cni("add", "n", Self.namespace, "--keep-failed").status == 1)
    #expect(stage.chain == ["ADD first", "ADD second"])

    try stage.script("second", "ADD", "")
    #expect(await stage.cni("add", "n", Self.namespace).status == 0)
    try stage.script("first", "ADD", "exit 3")
    let again = await stage.cni("add", "n", Self.namespace)
    #expect(again.status == 1 && again.errors.contains("on record"))
    #expect(!stage.chain.contains { $0.hasPrefix("DEL") })
  }

  @Test("--explain tells request and answer on standard error; nothing of it steers a terminal")
  func explain() async throws {
    let stage = try CNIStage()
    try stage.network()
    try stage.script("first", "ADD", "printf 'a\\033[2Jb\\n' >&2; echo 'not json' >&2")
    let outcome = await stage.cni("add", "n", Self.namespace, "--explain")
    #expect(try document(outcome)["by"] == .string("second"))
    for text in [
      "> ADD first of n: \(stage.root)/bin/first\n  environment\n    CNI_COMMAND=ADD\n",
      "    CNI_NETNS=\(Self.namespace)\n",
      "      \"big\": 12345678901234567890,\n", "< ADD first: exit status 0 after ", "    a\\u{1b}[2Jb\n    not json\n",
      "      \"by\": \"first\"\n",
    ] { #expect(outcome.errors.contains(text), "\(text)") }
    #expect(!outcome.errors.contains("\u{1b}"))
  }

  @Test("--dry-run executes nothing and keeps the record, and shows every request")
  func dryRun() async throws {
    let stage = try CNIStage()
    try stage.network()
    let add = try document(await stage.cni("add", "n", Self.namespace, "--dry-run", "-o", "json"))
    #expect(stage.calls.isEmpty)
    #expect(try stage.cached.isEmpty)
    let requests = try elements(add)
    try #require(requests.map { $0["plugin"] } == [.string("first"), .string("second")])
    #expect(requests[1]["environment"]?["CNI_CONTAINERID"] == .string(Self.containerID))
    #expect(requests[0]["stdin"]?["big"] == .number("12345678901234567890"))
    #expect(requests[1]["stdin"]?["prevResult"]?["dryRun"] == .string("what first answers"))

    #expect(await stage.cni("add", "n", Self.namespace).status == 0)
    let del = await stage.cni("del", "n", Self.namespace, "--dry-run")
    #expect(del.status == 0)
    #expect(del.output.hasPrefix("> DEL second of n"))
    #expect(del.output.contains("\"by\": \"second\""))
    #expect(try stage.cached.count == 1)
    let gc = await stage.cni("gc", "n", "--dry-run")
    #expect(gc.output.contains("> DEL first of n"))
    #expect(try stage.cached.count == 1)
    #expect(stage.chain == ["ADD first", "ADD second"])
  }

  @Test("--dry-run shows what a plugin that is not installed would get, and says that it is not")
  func dryRunWithoutPlugin() async throws {
    let stage = try CNIStage(plugins: ["first"])
    try stage.network()
    let outcome = await stage.cni("add", "n", Self.namespace, "--dry-run")
    #expect(outcome.output.contains("> ADD second of n: not installed"))
    #expect(outcome.errors.contains("failed to find plugin \"second\""))
  }

  @Test("DEL takes the recorded configuration and arguments, is repeatable, and a file wins over the record")
  func recorded() async throws {
    let stage = try CNIStage()
    try stage.network()
    let capabilities = ["CAP_ARGS": "{\"mac\":\"c2:11:22:33:44:55\"}", "CNI_ARGS": "A=1"]
    #expect(await stage.cni("add", "n", Self.namespace, environment: capabilities).status == 0)
    try FileManager.default.moveItem(atPath: "\(stage.root)/net.d/10-n.conflist", toPath: "\(stage.root)/n.conflist")
    #expect(await stage.cni("check", "n", Self.namespace).status == 0)
    #expect(await stage.cni("del", "\(stage.root)/n.conflist", Self.namespace, "--dry-run").output.contains("A=1"))
    #expect(await stage.cni("del", "n", Self.namespace).status == 0)
    #expect(stage.chain.suffix(2) == ["DEL second", "DEL first"])
    #expect(stage.calls.last?.hasSuffix("eth0 A=1") == true)
    #expect(try stage.stdin("second", "DEL").contains("c2:11:22:33:44:55"))
    #expect(try stage.cached.isEmpty)

    #expect(await stage.cni("del", "n", Self.namespace).status == 1)  // neither a record nor a configuration
    #expect(await stage.cni("del", "\(stage.root)/n.conflist", Self.namespace).status == 0)
  }

  @Test("a record that cannot be read does not stop DEL")
  func corruptRecord() async throws {
    let stage = try CNIStage()
    try stage.network()
    try stage.write("cache/results/n-\(Self.containerID)-eth0", "")
    let outcome = await stage.cni("del", "n", Self.namespace)
    #expect(outcome.status == 0 && outcome.errors.contains("not used"))
    #expect(stage.chain == ["DEL second", "DEL first"])
    #expect(try stage.cached.isEmpty)
  }

  @Test("CHECK and STATUS say why no plugin is asked; STATUS gives a plugin's own code")
  func checkAndStatus() async throws {
    let stage = try CNIStage()
    try stage.network(more: "\"disableCheck\":true,")
    try stage.network("new", version: "1.1.0", file: "20-new")
    let check = await stage.cni("check", "n", Self.namespace)
    #expect(check.status == 0 && check.errors.contains("disableCheck"))
    let old = await stage.cni("status", "n")
    #expect(old.status == 0 && old.output.isEmpty && old.errors.contains("no STATUS"))
    #expect(stage.calls.isEmpty)

    #expect(await stage.cni("status", "new").status == 0)
    #expect(stage.chain == ["STATUS first", "STATUS second"])
    try stage.script("first", "STATUS", "echo '{\"code\":50,\"msg\":\"not yet\"}'; exit 1")
    let status = await stage.cni("status", "new")
    #expect(status.status == 1)
    #expect(try document(status)["code"] == .number("50"))
    #expect(try document(status)["cniVersion"] == .string("1.1.0"))
  }

  @Test("GC releases what is ours and not valid; others' attachments count as valid unless all are meant")
  func garbage() async throws {
    let stage = try CNIStage()
    try stage.network(version: "1.1.0")
    for name in ["cnitool-a", "cnitool-b", "theirs"] {
      #expect(await stage.cni("add", "n", Self.namespace, "--container-id", name).status == 0)
    }
    let first = await stage.cni("gc", "n", "--valid", "cnitool-b:eth0")
    #expect(first.status == 0 && first.output.isEmpty)
    #expect(first.errors == "berthctl: cni gc: released cnitool-a eth0\n")
    #expect(try stage.cached == ["n-cnitool-b-eth0", "n-theirs-eth0"])
    #expect(
      try stage.stdin("first", "GC").contains(
        "\"cni.dev/valid-attachments\":[{\"containerID\":\"cnitool-b\",\"ifname\":\"eth0\"},{\"containerID\":\"theirs\",\"ifname\":\"eth0\"}]"
      ))
    #expect(await stage.cni("gc", "n", "--all", "--valid", "cnitool-b:eth0").status == 0)
    #expect(try stage.cached == ["n-cnitool-b-eth0"])
  }

  @Test("list names networks and what cannot be used")
  func list() async throws {
    let stage = try CNIStage()
    try stage.network()
    try stage.write("net.d/20-broken.conf", "{\"type\":\"\u{202e}\"}")
    let table = await stage.cni("list")
    #expect(table.status == 0)
    #expect(table.output.contains("n         1.0.0     first,second   \(stage.root)/net.d/10-n.conflist"))
    #expect(table.output.contains("20-broken.conf") && !table.output.contains("\u{202e}"))
    let json = try document(await stage.cni("list", "-o", "json"))
    #expect(try elements(json["networks"]).map { $0["name"] } == [.string("n")])
    #expect(try elements(json["failures"]).count == 1)
    #expect(await stage.cni("list", "--conf-dir", "/nonexistent").status == 0)
  }

  @Test("validate takes a name or a file, and tells all that is wrong")
  func validate() async throws {
    let stage = try CNIStage()
    try stage.network()
    let byName = await stage.cni("validate", "n")
    #expect(byName.status == 0 && byName.output.contains("n         1.0.0     first,second   mac"))
    #expect(await stage.cni("validate", "\(stage.root)/net.d/10-n.conflist").output == byName.output)

    try stage.script("first", "VERSION", "echo '{\"cniVersion\":\"1.1.0\",\"supportedVersions\":[\"0.4.0\"]}'; exit 0")
    try FileManager.default.removeItem(atPath: "\(stage.root)/bin/second")
    let bad = await stage.cni("validate", "n")
    #expect(bad.status == 1)
    #expect(try document(bad)["code"] == .number("1"))
    #expect(bad.errors.contains("plugin first does not support config version \"1.0.0\""))
    #expect(bad.errors.contains("failed to find plugin \"second\""))
  }

  @Test("version asks a network's plugins and named ones; one without an answer does not hide the others")
  func version() async throws {
    let stage = try CNIStage()
    try stage.network()
    #expect(
      await stage.cni("version", "n").output == """
        PLUGIN              VERSIONS
        first               0.4.0 1.0.0 1.1.0
        second              0.4.0 1.0.0 1.1.0\n
        """)
    let mixed = await stage.cni("version", "--plugin", "nope", "--plugin", "first", "-o", "json")
    #expect(mixed.status == 1 && mixed.errors.contains("failed to find plugin \"nope\""))
    let answers = try elements(document(mixed))
    try #require(answers.count == 2)
    #expect(answers[0]["error"]?["msg"] != nil && answers[1]["supportedVersions"] != nil)
  }

  @Test("the global --timeout is the time a plugin has")
  func timeout() async throws {
    let stage = try CNIStage()
    try stage.network()
    try stage.script("first", "ADD", "exec sleep 60")
    let outcome = await stage.cni("add", "n", Self.namespace, "--timeout", "200ms")
    #expect(outcome.status == 1 && outcome.output.contains("did not end within"))
    #expect(stage.chain == ["ADD first", "DEL second", "DEL first"])
  }
}
