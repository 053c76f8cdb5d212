import LinuxKernel
import JSON
import CNI
import Testing

@Suite("What a plugin is given", .timeLimit(.minutes(1)))
struct RequestTests {
  @Test("CNI-A9 name and cniVersion are the list's")
  func nameAndVersion() async throws {
    let bench = try Bench()
    _ = try await bench.runtime.add(
      try list(#"{"name":"n","cniVersion":"0.4.0","plugins":[{"type":"a","name":"own","cniVersion":"0.2.0"}]}"#),
      attachment())
    let sent = try bench.invoker.requests[0].json
    #expect(sent["name"] == "n" && sent["cniVersion"] == "0.4.0")
  }

  @Test("CNI-A10 runtimeConfig holds what is declared with true and has a value")
  func runtimeConfig() async throws {
    let bench = try Bench()
    var attachment = attachment()
    attachment.capabilityArguments = [
      "mac": "c2:11:22:33:44:55", "bandwidth": ["ingressRate": 1], "ips": ["10.0.0.1/8"],
    ]
    let text = #"""
      {"name":"n","cniVersion":"1.0.0","plugins":[
      {"type":"a","capabilities":{"mac":true,"bandwidth":false,"aliases":true}},{"type":"b"},
      {"type":"c","capabilities":{"aliases":true}}]}
      """#
    _ = try await bench.runtime.add(try list(text), attachment)
    let sent = try bench.invoker.requests.map { try $0.json["runtimeConfig"] }
    #expect(sent == [["mac": "c2:11:22:33:44:55"], nil, nil])
  }

  @Test("CNI-A11 capabilities are not sent (libcni sends them)")
  func capabilities() async throws {
    let bench = try Bench()
    let net = try list(#"{"name":"n","cniVersion":"1.1.0","plugins":[{"type":"a","capabilities":{"mac":true}}]}"#)
    _ = try await bench.runtime.add(net, attachment())
    try await bench.runtime.del(net, attachment())
    try await bench.runtime.gc(net, valid: [])
    try await bench.runtime.status(net)
    #expect(bench.invoker.requests.count == 4)
    for request in bench.invoker.requests { #expect(try request.json["capabilities"] == nil) }
  }

  @Test("CNI-A12 prevResult: none, then the previous plugin's; the last one for CHECK and DEL")
  func previousResult() async throws {
    let bench = try Bench { request in
      .exited(0, stdout: #"{"cniVersion":"1.0.0","by":"\#(request.plugin)","ips":[{"address":"10.0.0.2/8"}]}"#)
    }
    let net = try list(
      #"{"name":"n","cniVersion":"1.0.0","plugins":[{"type":"a","prevResult":{"own":1}},{"type":"b"},{"type":"c"}]}"#)
    _ = try await bench.runtime.add(net, attachment())
    try await bench.runtime.check(net, attachment())
    try await bench.runtime.del(net, attachment())
    let given = try bench.invoker.requests.map { try $0.json["prevResult"]?["by"]?.string }
    #expect(given == [nil, "a", "b", "c", "c", "c", "c", "c", "c"])
    #expect(try bench.invoker.requests[0].json["prevResult"] == nil)
    #expect(bench.invoker.calls.suffix(3) == ["DEL c", "DEL b", "DEL a"])
  }

  @Test("CNI-A12 prevResult is in the configuration's version, whatever the previous plugin printed")
  func previousResultVersion() async throws {
    let bench = try Bench { _ in
      .exited(0, stdout: #"{"cniVersion":"0.2.0","ip4":{"ip":"10.0.0.2/8"}}"#)
    }
    _ = try await bench.runtime.add(try chain("a", "b", version: "1.0.0"), attachment())
    let given = try bench.invoker.requests[1].json["prevResult"]
    #expect(given?["cniVersion"] == "1.0.0" && given?["ips"]?[0]?["address"] == "10.0.0.2/8")
  }

  @Test("CNI-A13 GC and STATUS carry no prevResult, no runtimeConfig and no container", arguments: ["GC", "STATUS"])
  func withoutContainer(verb: String) async throws {
    let bench = try Bench()
    let net = try list(#"{"name":"n","cniVersion":"1.1.0","plugins":[{"type":"a","prevResult":{"own":1}}]}"#)
    verb == "GC" ? try await bench.runtime.gc(net, valid: []) : try await bench.runtime.status(net)
    let request = try #require(bench.invoker.requests.first)
    #expect(request.verb.rawValue == verb)
    #expect(try request.json["prevResult"] == nil && request.json["runtimeConfig"] == nil)
    for variable in ["CNI_CONTAINERID", "CNI_NETNS", "CNI_IFNAME", "CNI_ARGS"] { #expect(request[variable] == "") }
  }

  @Test("CNI-A14 all six variables are set")
  func environment() async throws {
    let bench = try Bench()
    let attachment = Attachment(
      containerID: "c1", networkNamespace: "/run/netns/x", interfaceName: "eth1",
      arguments: [("IgnoreUnknown", "1"), ("K8S_POD_UID", "")])
    _ = try await bench.runtime.add(try chain("a"), attachment)
    #expect(
      bench.invoker.requests[0].environment == [
        .init("CNI_COMMAND", "ADD"), .init("CNI_CONTAINERID", "c1"), .init("CNI_NETNS", "/run/netns/x"),
        .init("CNI_ARGS", "IgnoreUnknown=1;K8S_POD_UID="), .init("CNI_IFNAME", "eth1"),
        .init("CNI_PATH", "/opt/cni/bin:/usr/lib/cni"),
      ])
  }

  @Test("CNI-A15 VERSION has dummies and the newest version")
  func version() async throws {
    let bench = try Bench { _ in .exited(0, stdout: #"{"cniVersion":"1.1.0","supportedVersions":["1.0.0"]}"#) }
    _ = try await bench.runtime.version(of: "a")
    let request = bench.invoker.requests[0]
    #expect(
      request.environment.map(\.value) == ["VERSION", "", "dummy", "", "dummy", "dummy"])
    #expect(request.environment.map(\.key).contains("CNI_IFNAME"))
    #expect(String(decoding: request.configuration, as: UTF8.self) == #"{"cniVersion":"1.1.0"}"#)
  }

  @Test("CNI_ARGS: pairs both ways, empty values, values with =, what comes apart is refused")
  func arguments() async throws {
    let parsed = try Attachment.Argument.parse("A=1;B=;C=x=y")
    #expect(parsed == [.init("A", "1"), .init("B", ""), .init("C", "x=y")])
    #expect(Attachment.Argument.text(parsed) == "A=1;B=;C=x=y")
    #expect(try Attachment.Argument.parse("").isEmpty)
    for text in ["A", "=1", "A=1;", ";A=1"] {
      #expect(throws: CNIError.self, "\(text)") { try Attachment.Argument.parse(text) }
    }
    let bench = try Bench()
    for pair in [("A", "1;B=2"), ("", "1"), ("A;B", "1"), ("A=B", "1"), ("A", "x\0y")] {
      let attachment = Attachment(
        containerID: "c", networkNamespace: "/n", interfaceName: "eth0", arguments: [pair])
      let error = await failure { () async throws(CNIError) in
        _ = try await bench.runtime.add(NetworkConfigurationList(parsing: try chainBytes()), attachment)
      }
      #expect(error?.code == 4)
    }
    #expect(bench.invoker.requests.isEmpty)
  }

  private func chainBytes() throws(CNIError) -> [UInt8] { Array(#"{"name":"n","plugins":[{"type":"a"}]}"#.utf8) }
}
