import LinuxKernel
import CNI
import Glibc
import JSON
import Testing

@Suite("The cache", .timeLimit(.minutes(1)))
struct CacheTests {
  private var rich: Attachment {
    Attachment(
      containerID: "c1", networkNamespace: "/run/netns/x", interfaceName: "eth0",
      arguments: [("IgnoreUnknown", "1"), ("K8S_POD_NAME", "p")],
      capabilityArguments: ["portMappings": [["hostPort": 8080]], "mac": "02:00:00:00:00:01"])
  }

  @Test("CNI-A37 the file's name and modes; two interfaces are two files")
  func file() async throws {
    let bench = try Bench()
    let runtime = CNIRuntime(
      pluginDirectories: [], cacheDirectory: "\(bench.directory.path)/deep/cache", invoker: bench.invoker)
    _ = try await runtime.add(try chain("a"), attachment())
    _ = try await runtime.add(try chain("a"), attachment(interface: "eth1"))
    #expect(bench.directory.names("deep/cache/results") == ["net-c1-eth0", "net-c1-eth1"])
    #expect(bench.directory.mode("deep/cache/results") == 0o700)
    #expect(bench.directory.mode("deep/cache/results/net-c1-eth0") == 0o600)
    #expect(bench.directory.names("deep/cache") == ["results"])
    #expect(CNIRuntime.defaultCacheDirectory == "/var/lib/cni")
  }

  @Test("CNI-A38 the entry, field by field; the configuration's raw bytes; optional fields left out")
  func entry() async throws {
    let bench = try Bench { _ in .exited(0, stdout: #"{"cniVersion":"1.0.0","x":1.0}"#) }
    let text = "{\n  \"name\": \"net\",\"cniVersion\":\"1.0.0\", \"plugins\": [{\"type\":\"a\",\"n\":1e3}]}\n"
    _ = try await bench.runtime.add(try list(text), rich)
    let written = try bench.directory.text("results/net-c1-eth0")
    #expect(
      written == #"{"kind":"cniCacheV1","containerId":"c1","config":"\#(base64(text))","ifName":"eth0","#
        + #""networkName":"net","netns":"/run/netns/x","cniArgs":[["IgnoreUnknown","1"],["K8S_POD_NAME","p"]],"#
        + #""capabilityArgs":{"mac":"02:00:00:00:00:01","portMappings":[{"hostPort":8080}]},"#
        + #""result":{"cniVersion":"1.0.0","x":1.0}}"#)
    _ = try await bench.runtime.add(try chain("a"), attachment("c2", netns: ""))
    let bare = try JSON(parsing: bench.directory.text("results/net-c2-eth0")).object
    #expect(bare?.keys == ["kind", "containerId", "config", "ifName", "networkName", "result"])
  }

  private func base64(_ text: String) -> String {
    let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
    let bits = text.utf8.flatMap { byte in (0..<8).reversed().map { byte >> $0 & 1 } }
    let sixes = stride(from: 0, to: bits.count, by: 6).map { start in
      (0..<6).reduce(0) { $0 << 1 | (start + $1 < bits.count ? Int(bits[start + $1]) : 0) }
    }
    let encoded = String(sixes.map { letters[$0] })
    return encoded + String(repeating: "=", count: (4 - encoded.count % 4) % 4)
  }

  @Test("CNI-A38 libcni's own entry is read: result, configuration, arguments; no netns in older writers")
  func foreignEntry() async throws {
    let bench = try Bench()
    let id = "8cd09a03a08d4d97d49702f6e8a02cb1707b3d86c2a2eeea7152cf0c6d8054c0"
    try bench.directory.write("results/podman-\(id)-eth0", try Fixtures.bytes("libcni-cache-entry.json"))
    let cached = try #require(try await bench.runtime.cachedAttachments(containerID: id).first)
    #expect(cached.network == "podman" && cached.attachment.networkNamespace == "")
    #expect(cached.attachment.arguments == [.init("IgnoreUnknown", "1"), .init("K8S_POD_NAME", "t1")])
    let net = try #require(cached.configurationList)
    #expect(net.plugins.map(\.type) == ["bridge", "portmap", "firewall", "tuning"])
    let result = try await bench.runtime.cachedResult(net, cached.attachment)
    #expect(result?.ips.map(\.address.description) == ["10.88.0.2/16"])
    try await bench.runtime.del(net, cached.attachment)
    #expect(bench.invoker.calls == ["DEL tuning", "DEL firewall", "DEL portmap", "DEL bridge"])
    #expect(try bench.invoker.requests[2].json["runtimeConfig"]?["portMappings"]?[0]?["hostPort"] == 8080)
    #expect(try bench.invoker.requests.allSatisfy { try $0.json["prevResult"] == result?.raw })
    #expect(bench.cacheFiles.isEmpty)
  }

  @Test("CNI-A38 a bare result of old serves as result, not as configuration")
  func legacy() async throws {
    let bench = try Bench()
    try bench.directory.write("results/net-c1-eth0", #"{"cniVersion":"0.4.0","ips":[{"address":"10.0.0.2/8"}]}"#)
    let net = try chain("a")
    #expect(try await bench.runtime.cachedResult(net, attachment())?.raw["cniVersion"] == "1.0.0")
    let error = await failure { () async throws(CNIError) in
      _ = try await bench.runtime.cachedAttachment(network: "net", attachment())
    }
    #expect(error?.message == "read cached network \"net\" config has wrong kind")
    #expect(try await bench.runtime.cachedAttachments().isEmpty)
  }

  @Test("CNI-A38 listing by container looks at the fields, not only at the name")
  func listing() async throws {
    let bench = try Bench()
    let net = try chain("a")
    for id in ["c1", "c2", "x-c1-y"] { _ = try await bench.runtime.add(net, attachment(id)) }
    _ = try await bench.runtime.add(net, attachment("c1", interface: "eth1"))
    try bench.directory.write("results/net-c1-eth9", "junk")
    try bench.directory.write("results/net-c1-eth8", "")
    let listed = try await bench.runtime.cachedAttachments(containerID: "c1")
    #expect(listed.map(\.attachment.interfaceName) == ["eth0", "eth1"])
    #expect(try await bench.runtime.cachedAttachments().count == 4)
    #expect(
      try await CNIRuntime(pluginDirectories: [], cacheDirectory: "/nonexistent", invoker: bench.invoker)
        .cachedAttachments().isEmpty)
  }

  @Test("CNI-A38 two attachments whose names make one file name are told apart")
  func collision() async throws {
    let bench = try Bench()
    _ = try await bench.runtime.add(try chain("a", name: "a-b"), attachment("c"))
    let other = try chain("a", name: "a")
    #expect(try await bench.runtime.cachedResult(other, attachment("b-c")) == nil)
    try await bench.runtime.del(other, attachment("b-c"))
    #expect(bench.cacheFiles == ["a-b-c-eth0"])
  }

  @Test("CNI-A38 an entry is in place whole: no temporary file stays, none is beside the entries")
  func atomic() async throws {
    let bench = try Bench()
    try bench.directory.write("results/net-c1-eth0", "half")
    _ = try await bench.runtime.add(try chain("a"), attachment())
    #expect(bench.directory.names() == ["results"] && bench.cacheFiles == ["net-c1-eth0"])
    #expect(try await bench.runtime.cachedResult(try chain("a"), attachment()) != nil)
  }

  @Test("CNI-A39 whoever derives networks from the cache can skip the loopback")
  func loopback() async throws {
    let bench = try Bench()
    _ = try await bench.runtime.add(try chain("loopback", name: "cni-loopback"), attachment(interface: "lo"))
    _ = try await bench.runtime.add(try chain("a"), attachment())
    let networks = try await bench.runtime.cachedAttachments(containerID: "c1").filter { !$0.isLoopback }.map(\.network)
    #expect(networks == ["net"])
  }

  @Test("CNI-A40 cnitool's container id and environment")
  func cnitool() async throws {
    // printf /var/run/netns/x | sha512sum | head -c 20
    #expect(CNIToolEnvironment.containerID(networkNamespace: "/var/run/netns/x") == "cnitool-4acf487154af9777be71")
    #expect(
      CNIToolEnvironment.containerID(networkNamespace: "/var/run//netns/./y/../x") == "cnitool-4acf487154af9777be71")
    let defaults = try CNIToolEnvironment([:])
    #expect(defaults.interfaceName == "eth0" && defaults.configurationDirectory == "/etc/cni/net.d")
    let environment = try CNIToolEnvironment([
      "NETCONFPATH": "/c", "CNI_PATH": "/a:/b", "CNI_ARGS": "A=1;B=2", "CAP_ARGS": #"{"mac":"x"}"#,
      "CNI_IFNAME": "net1",
    ])
    #expect(environment.pluginDirectories == ["/a", "/b"] && environment.configurationDirectory == "/c")
    let attachment = environment.attachment(networkNamespace: "/var/run/netns/x")
    #expect(attachment.interfaceName == "net1" && attachment.capabilityArguments == ["mac": "x"])
    #expect(attachment.arguments == [.init("A", "1"), .init("B", "2")])
    #expect(attachment.containerID == "cnitool-4acf487154af9777be71")
    for bad in [["CAP_ARGS": "[]"], ["CAP_ARGS": "{"], ["CNI_ARGS": "x"]] {
      #expect(throws: CNIError.self) { try CNIToolEnvironment(bad) }
    }
  }

  @Test("An entry that is empty or cannot be read is found by its file's name, told why, and removed for good")
  func unreadable() async throws {
    let bench = try Bench()
    _ = try await bench.runtime.add(try chain("a"), attachment())
    for (name, content) in [("net-c1-eth1", ""), ("net-c1-eth2", "{"), ("net-c2-eth0", "{}"), ("other", "")] {
      try bench.directory.write("results/\(name)", content)
    }
    mkdir("\(bench.directory.path)/results/net-c1-eth3", 0o700)
    let runtime = bench.runtime
    let found = try runtime.unreadableEntries(containing: "c1")
    #expect(found.map(\.name) == ["net-c1-eth1", "net-c1-eth2", "net-c1-eth3"])
    #expect(found[0].reason == "the file is empty" && found.allSatisfy { !$0.reason.isEmpty })
    #expect(try runtime.unreadableEntries().map(\.name).suffix(2) == ["net-c2-eth0", "other"])
    try runtime.remove(found[0])
    try runtime.remove(found[0])
    #expect(try runtime.unreadableEntries(containing: "c1").count == 2)
    // One that has been written by now stays.
    _ = try await runtime.add(try chain("a"), attachment(interface: "eth2"))
    try runtime.remove(found[1])
    #expect(try await runtime.cachedAttachments(containerID: "c1").count == 2)
  }

  @Test(
    "CNI-A38 a configuration is decoded as Go encodes it: line ends are skipped, what is no base64 is no configuration")
  func base64() async throws {
    let bench = try Bench()
    func configuration(_ text: String) async throws -> [UInt8]? {
      try bench.directory.write(
        "results/net-c1-eth0",
        #"{"kind":"cniCacheV1","containerId":"c1","config":"\#(text)","ifName":"eth0","networkName":"net"}"#)
      return try await bench.runtime.cachedAttachments().first?.configuration
    }
    #expect(try await configuration("YW55IGNhcm5hbCBwbGVhcw==") == Array("any carnal pleas".utf8))
    #expect(try await configuration(#"YW55IGNh\ncm5hbCBwbGVh\r\ncw=="#) == Array("any carnal pleas".utf8))
    #expect(try await configuration("+/+/") == [0xfb, 0xff, 0xbf])
    for bad in ["a", "ab=c", "====", "ab!d", "YQ=", "YQ==YQ==", "-_-_"] {
      #expect(try await configuration(bad) == [], "\(bad)")
    }
  }

  /// Two directories whose file systems differ nearly everywhere.
  private static let hasTwoFileSystems: Bool = {
    var one = stat()
    var other = stat()
    return stat("/tmp", &one) == 0 && stat("/dev/shm", &other) == 0 && one.st_dev != other.st_dev
  }()

  @Test("`results` may be a file system of its own", .enabled(if: hasTwoFileSystems, "/tmp and /dev/shm are one"))
  func ownFileSystem() async throws {
    let bench = try Bench()
    var template = Array("/dev/shm/cni-tests-XXXXXX".utf8CString)
    let elsewhere = try #require(mkdtemp(&template).map { String(cString: $0) })
    defer {
      for name in TemporaryDirectory.names(elsewhere) { unlink("\(elsewhere)/\(name)") }
      rmdir(elsewhere)
    }
    symlink(elsewhere, "\(bench.directory.path)/results")
    _ = try await bench.runtime.add(try chain("a"), attachment())
    // What a writer leaves that was killed is no entry, and recovery takes it away.
    try bench.directory.write("results/.berth-\(getpid())-0.tmp", "{}")
    #expect(try bench.runtime.unreadableEntries().isEmpty)
    #expect(try await bench.runtime.cachedAttachments().count == 1)
    try bench.runtime.removeTemporaryFiles()
    #expect(bench.cacheFiles == ["net-c1-eth0"] && bench.directory.names() == ["results"])
  }
}
