import LinuxKernel
import JSON
import CNI
import Testing

/// Upstream's own cases (libcni, conf, invoke, types) that no numbered test covers.
@Suite("Upstream's cases", .timeLimit(.minutes(1)))
struct UpstreamTests {
  @Test("CNI-C single network: ADD, CHECK, DEL, cached result and configuration, validate")
  func single() async throws {
    let bench = try Bench { request in
      request.verb == .version
        ? .exited(0, stdout: #"{"cniVersion":"1.0.0","supportedVersions":["0.4.0"]}"#) : .result
    }
    let plugin = try PluginConfiguration(
      parsing: Array(#"{"name":"single","cniVersion":"0.4.0","type":"a","capabilities":{"mac":true}}"#.utf8))
    let result = try await bench.runtime.add(plugin, attachment())
    #expect(result.cniVersion == "0.4.0" && bench.cacheFiles == ["single-c1-eth0"])
    #expect(try await bench.runtime.cachedResult(plugin, attachment()) == result)
    let cached = try await bench.runtime.cachedAttachment(network: "single", attachment())
    #expect(cached?.configurationList?.plugins == [plugin])
    try await bench.runtime.check(plugin, attachment())
    #expect(try await bench.runtime.validate(plugin) == ["mac"])
    try await bench.runtime.del(plugin, attachment())
    #expect(bench.invoker.calls == ["ADD a", "CHECK a", "VERSION a", "DEL a"] && bench.cacheFiles.isEmpty)
    let nameless = try PluginConfiguration(parsing: Array(#"{"type":"a"}"#.utf8))
    let error = await failure { () async throws(CNIError) in _ = try await bench.runtime.add(nameless, attachment()) }
    #expect(error?.code == 7)
  }

  @Test("CNI-C a cache entry that libcni's single-network ADD wrote has a configuration without plugins")
  func singleEntry() throws {
    let cached = try NetworkConfigurationList(cached: Array(#"{"name":"n","cniVersion":"0.4.0","type":"a"}"#.utf8))
    #expect(cached.isSingle && cached.name == "n" && cached.plugins.map(\.type) == ["a"])
  }

  @Test(
    "CNI-C a lookup failure is told with the directories, by every verb",
    arguments: ["add", "del", "check", "gc", "status"])
  func lookupFailure(verb: String) async throws {
    let bench = try Bench(missing: ["a"])
    let net = try chain("a", version: "1.1.0")
    try bench.directory.write("results/net-c1-eth0", "{}")
    let error = await failure { () async throws(CNIError) in
      switch verb {
      case "add": _ = try await bench.runtime.add(net, attachment())
      case "del": try await bench.runtime.del(net, attachment())
      case "check": try await bench.runtime.check(net, attachment())
      case "gc": try await bench.runtime.gc(net, valid: [])
      default: try await bench.runtime.status(net)
      }
    }
    #expect(error?.message == "failed to find plugin \"a\" in path [/opt/cni/bin /usr/lib/cni]")
  }

  @Test("CNI-C a cached result of another version is converted; one that cannot be fails CHECK and not DEL")
  func convertible() async throws {
    let bench = try Bench()
    let net = try chain("a", version: "1.0.0")
    try bench.directory.write("results/net-c1-eth0", #"{"cniVersion":"0.2.0","ip4":{"ip":"10.0.0.2/8"}}"#)
    try await bench.runtime.check(net, attachment())
    #expect(try bench.invoker.requests[0].json["prevResult"]?["cniVersion"] == "1.0.0")
    try bench.directory.write("results/net-c1-eth0", #"{"cniVersion":"0.4711.0"}"#)
    let error = await failure { () async throws(CNIError) in try await bench.runtime.check(net, attachment()) }
    #expect(error?.kind == .cache)
    try await bench.runtime.del(net, attachment())
    #expect(bench.invoker.calls == ["CHECK a", "DEL a"] && bench.cacheFiles.isEmpty)
  }

  @Test("CNI-C ADD's arguments and standard input are exact")
  func exact() async throws {
    let bench = try Bench()
    var attachment = attachment()
    attachment.arguments = [.init("DEBUG", "x")]
    attachment.capabilityArguments = ["portMappings": [["hostPort": 1]], "otherCapability": 33]
    let net = try list(
      #"{"name":"n","cniVersion":"1.0.0","plugins":[{"type":"a","capabilities":{"portMappings":true,"somethingElse":true,"noCapability":false}}]}"#
    )
    _ = try await bench.runtime.add(net, attachment)
    #expect(
      String(decoding: bench.invoker.requests[0].configuration, as: UTF8.self)
        == #"{"type":"a","name":"n","cniVersion":"1.0.0","runtimeConfig":{"portMappings":[{"hostPort":1}]}}"#)
    #expect(bench.invoker.requests[0]["CNI_ARGS"] == "DEBUG=x")
  }

  @Test("CNI-C standard error of a plugin that succeeds reaches the observer")
  func standardError() async throws {
    let bench = try Bench { _ in .exited(0, stdout: "{}", stderr: "careful") }
    _ = try await bench.runtime.add(try chain("a"), attachment())
    #expect(bench.records.all[0].stderr == "careful" && bench.records.all[0].outcome == .ok)
  }

  @Test("CNI-B1 the defaults, and the first file is the default network")
  func defaults() throws {
    #expect(NetworkConfigurationDirectory().path == "/etc/cni/net.d")
    let directory = try TemporaryDirectory()
    try directory.write("20-b.conflist", #"{"name":"b","plugins":[{"type":"x"}]}"#)
    try directory.write("10-a.conf", #"{"name":"a","type":"x"}"#)
    let contents = NetworkConfigurationDirectory(directory.path).load()
    #expect(contents.defaultNetwork?.name == "a" && contents["b"]?.name == "b" && contents["c"] == nil)
  }

  @Test("CNI-B2 all extensions are sorted together, a bad file is passed over and told, so is a name that is taken")
  func badFiles() throws {
    let directory = try TemporaryDirectory()
    try directory.write("10-half.conflist", #"{"name":"half","plug"#)
    try directory.write("20-a.json", #"{"name":"a","type":"x"}"#)
    try directory.write("30-b.conf", #"{"name":"b","type":"x"}"#)
    try directory.write("40-a.conflist", #"{"name":"a","plugins":[{"type":"x"}]}"#)
    try directory.write("50-empty.conf", "")
    let contents = NetworkConfigurationDirectory(directory.path).load()
    #expect(contents.networks.map(\.list.name) == ["a", "b"])
    #expect(
      contents.failures.map(\.file)
        == ["10-half.conflist", "40-a.conflist", "50-empty.conf"].map { "\(directory.path)/\($0)" })
    #expect(contents.failures[1].description.contains("is defined in \(directory.path)/20-a.json already"))
  }
}
