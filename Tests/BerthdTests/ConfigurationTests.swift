import ArgumentParser
import FoundationEssentials
import PodSandbox
import Testing

@testable import berthd

/// What the daemon is told, and by whom.
@Suite struct ConfigurationTests {
  private func parse(_ text: String) throws(ConfigurationError) -> DaemonConfiguration {
    try DaemonConfiguration.parse(Array(text.utf8), file: "f.json")
  }

  @Test func readsEveryKey() throws {
    let configuration = try parse(
      """
      {"socket":"/s","group":"g","root":"/r","state":"/st","netnsDir":"/n","cniConfDir":"/c","cniBinDir":"/a:/b",
       "cniCacheDir":"/ca","cgroupParent":"/cg","pauseBinary":"/p","logLevel":"debug","logFormat":"json",
       "maxConcurrentRequests":3,"maxRequestBodyBytes":4096,"requestReadTimeout":"500ms","idleTimeout":1.5,
       "stepTimeout":"1s","pluginTimeout":"2m","pluginDeleteTimeout":"1h","shutdownGrace":4,
       "runtimeHandlers":{"fast":{"cniConfDir":"/f","networks":["a","b"]}}}
      """)
    #expect(configuration.socket == "/s" && configuration.group == "g")
    #expect(configuration.sandboxes.root == "/r" && configuration.sandboxes.state == "/st")
    #expect(configuration.sandboxes.networkNamespaceDirectory == "/n")
    #expect(configuration.sandboxes.cniPluginDirectories == ["/a", "/b"])
    #expect(
      configuration.sandboxes.cniConfigurationDirectory == "/c" && configuration.sandboxes.cniCacheDirectory == "/ca")
    #expect(configuration.sandboxes.cgroupParent == "/cg" && configuration.sandboxes.pauseBinary == "/p")
    #expect(configuration.logLevel == .debug && configuration.logFormat == .json)
    #expect(configuration.limits.maxConcurrentRequests == 3 && configuration.limits.maxRequestBodyBytes == 4096)
    #expect(
      configuration.limits.readTimeout == .milliseconds(500) && configuration.limits.idleTimeout == .milliseconds(1500))
    #expect(
      configuration.sandboxes.stepTimeout == .seconds(1) && configuration.sandboxes.pluginTimeout == .seconds(120))
    #expect(configuration.sandboxes.pluginDeleteTimeout == .seconds(3600) && configuration.shutdownGrace == .seconds(4))
    let handler = try #require(configuration.sandboxes.runtimeHandlers["fast"])
    #expect(handler.cniConfigurationDirectory == "/f" && handler.networks == ["a", "b"])
  }

  @Test func keepsTheDefaultsOfAnEmptyFile() throws {
    #expect(try parse("{}") == DaemonConfiguration())
  }

  @Test(arguments: [
    (#"{"sockt":"/s"}"#, "configuration: f.json:1:2: sockt: unknown field; the nearest known one is \"socket\""),
    (
      #"{"runtimeHandlers":{"a":{"network":[]}}}"#,
      #"configuration: f.json:1:26: runtimeHandlers["a"].network: unknown field; the nearest known one is "networks""#
    ),
    (#"{"xyzzy":1}"#, "configuration: f.json:1:2: xyzzy: unknown field"),
    (#"{"socket":5}"#, "configuration: f.json:1:2: socket: expected a string, got 5"),
    (
      #"{"logLevel":"loud"}"#,
      #"configuration: f.json:1:2: logLevel: expected one of trace, debug, info, notice, warning, error, critical, got "loud""#
    ),
    (
      #"{"stepTimeout":"1 day"}"#,
      #"configuration: f.json:1:2: stepTimeout: expected a length of time above zero, such as "500ms", "30s", "2m" or a number of seconds, got "1 day""#
    ),
    (
      "{\n  \"root\": \"/r\",\n  \"maxConcurrentRequests\": \"7\"}",
      #"configuration: f.json:3:3: maxConcurrentRequests: expected a whole number from \#(Int.min) to \#(Int.max), got "7""#
    ),
    (
      #"{"maxConcurrentRequests":9223372036854775808}"#,
      "configuration: f.json:1:2: maxConcurrentRequests: expected a whole number from \(Int.min) to \(Int.max), got 9223372036854775808"
    ),
    (
      #"{"runtimeHandlers":{"a":{},"b":{"networks":["x",5]}}}"#,
      #"configuration: f.json:1:49: runtimeHandlers["b"].networks[1]: expected a string, got 5"#
    ),
    (
      #"{"net_ns_dir":"/n"}"#,
      "configuration: f.json:1:2: net_ns_dir: unknown field; the nearest known one is \"netnsDir\""
    ),
    ("[]", "configuration: f.json:1:1: expected an object, got an array"),
    (
      #"{"root":"/a","root":"/b"}"#,
      "configuration: f.json: invalid JSON at line 1, column 15: the key \"root\" occurs twice in one object"
    ),
    (
      #"{"runtimeHandlers":{"a":{"networks":[]},"\u0061":{"networks":[]}}}"#,
      "configuration: f.json: invalid JSON at line 1, column 42: the key \"a\" occurs twice in one object"
    ),
  ])
  func namesWhatIsWrong(text: String, message: String) {
    #expect { try parse(text) } throws: { "\($0)" == message }
  }

  @Test func isDocumentedKeyByKey() throws {
    let table = try lines(of: "etc/README.md").drop { $0 != "## berthd.json" }.dropFirst().prefix {
      !$0.hasPrefix("## ")
    }
    let documented = table.filter { $0.hasPrefix("| `") }.map { $0.split(separator: "`")[1] }
    let asked = KeyRecorder()
    _ = try DaemonConfiguration(from: asked)
    #expect(asked.keys.sorted() == documented.map(String.init).sorted())
  }

  private func lines(of path: String) throws -> [Substring] {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    return try String(contentsOf: root.appending(path: path), encoding: .utf8).split(separator: "\n")
  }

  @Test func saysWhereAFileIsNoJSON() {
    #expect { try parse("{\"socket\":\n\"/x\",,}") } throws: { error in
      "\(error)".hasPrefix("configuration: f.json: invalid JSON at line 2, column ")
    }
  }

  @Test func letsAFlagOutweighTheFile() async throws {
    try await TemporaryDirectory.with { directory in
      try write(#"{"root":"/file","state":"/state","pauseBinary":"/p"}"#, to: "\(directory)/c.json")
      let options = try Options.parse(["--config", "\(directory)/c.json", "--root", "/flag", "--cni-bin-dir", "/x:/y"])
      let configuration = try DaemonConfiguration.resolve(options)
      #expect(configuration.sandboxes.root == "/flag")
      #expect(configuration.sandboxes.state == "/state")
      #expect(configuration.sandboxes.cniPluginDirectories == ["/x", "/y"])
      #expect(configuration.sandboxes.cgroupParent == "/berth")
    }
  }

  @Test func wantsAFileThatItIsPointedTo() throws {
    let options = try Options.parse(["--config", "/nonexistent/berthd.json"])
    #expect(
      throws: ConfigurationError("", "cannot be read: No such file or directory", file: "/nonexistent/berthd.json")
    ) {
      try DaemonConfiguration.resolve(options)
    }
  }

  @Test(arguments: [
    ["--socket", "relative.sock"], ["--root", "/var/../etc"], ["--cgroup-parent", "berth"], ["--cni-bin-dir", ""],
    ["--cni-bin-dir", "/a:b"], ["--socket", "/" + String(repeating: "s", count: 107)],
  ])
  func refusesPathsThatCannotBe(flags: [String]) throws {
    let options = try Options.parse(["--pause-binary", "/p"] + flags)
    #expect(throws: ConfigurationError.self) { try DaemonConfiguration.resolve(options) }
  }

  @Test(arguments: [
    (#""maxConcurrentRequests":0"#, "maxConcurrentRequests: 0 is not between 1 and 100000"),
    (#""maxRequestBodyBytes":1e9"#, "maxRequestBodyBytes: 1000000000 is not between 1024 and 67108864"),
    (#""pluginTimeout":0"#, "pluginTimeout: expected a length of time above zero, "),
    (#""stepTimeout":-1"#, "stepTimeout: expected a length of time above zero, "),
    (#""shutdownGrace":"0s""#, "shutdownGrace: expected a length of time above zero, "),
    (#""idleTimeout":1e400"#, "idleTimeout: expected a length of time above zero, "),
    (#""requestReadTimeout":"9999999999h""#, "requestReadTimeout: expected a length of time above zero, "),
  ])
  func refusesLimitsThatCannotBe(member: String, message: String) {
    #expect { try parse("{\(member)}") } throws: { "\($0)".hasPrefix("configuration: f.json:1:2: " + message) }
  }
}

/// An empty document that notes which keys it is asked for.
private final class KeyRecorder: Decoder {
  private(set) var keys: [String] = []
  var codingPath: [any CodingKey] { [] }
  var userInfo: [CodingUserInfoKey: Any] { [:] }

  private struct Unsupported: Error {}

  func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedDecodingContainer<Key> {
    KeyedDecodingContainer(Container(recorder: self))
  }
  func unkeyedContainer() throws -> any UnkeyedDecodingContainer { throw Unsupported() }
  func singleValueContainer() throws -> any SingleValueDecodingContainer { throw Unsupported() }

  private struct Container<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let recorder: KeyRecorder
    var codingPath: [any CodingKey] { [] }
    var allKeys: [Key] { [] }

    func contains(_ key: Key) -> Bool {
      recorder.keys.append(key.stringValue)
      return false
    }
    func decodeNil(forKey key: Key) -> Bool { true }
    func decode<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T { throw Unsupported() }
    func nestedContainer<Nested: CodingKey>(
      keyedBy type: Nested.Type, forKey key: Key
    ) throws -> KeyedDecodingContainer<Nested> { throw Unsupported() }
    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer { throw Unsupported() }
    func superDecoder() throws -> any Decoder { throw Unsupported() }
    func superDecoder(forKey key: Key) throws -> any Decoder { throw Unsupported() }
  }
}
