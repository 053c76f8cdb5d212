import ArgumentParser
import PodSandbox
import Testing

@testable import berthd

/// What the daemon is told, and by whom.
@Suite struct ConfigurationTests {
  private func parse(_ text: String) throws(ConfigurationError) -> ConfigurationFile {
    try ConfigurationFile.parse(Array(text.utf8), file: "f.json")
  }

  @Test func readsEveryKey() throws {
    let file = try parse(
      """
      {"socket":"/s","group":"g","root":"/r","state":"/st","netnsDir":"/n","cniConfDir":"/c","cniBinDir":"/a:/b",
       "cniCacheDir":"/ca","cgroupParent":"/cg","pauseBinary":"/p","logLevel":"debug","logFormat":"json",
       "maxConcurrentRequests":3,"maxRequestBodyBytes":4096,"requestReadTimeout":"500ms","idleTimeout":1.5,
       "stepTimeout":"1s","pluginTimeout":"2m","pluginDeleteTimeout":"1h","shutdownGrace":4,
       "runtimeHandlers":{"fast":{"cniConfDir":"/f","networks":["a","b"]}}}
      """)
    var configuration = DaemonConfiguration()
    configuration.apply(file)
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
    var configuration = DaemonConfiguration()
    configuration.apply(try parse("{}"))
    #expect(configuration == DaemonConfiguration())
  }

  @Test(arguments: [
    (#"{"sockt":"/s"}"#, "configuration: f.json: sockt: unknown key; did you mean \"socket\"?"),
    (
      #"{"runtimeHandlers":{"a":{"network":[]}}}"#,
      "configuration: f.json: runtimeHandlers.a.network: unknown key; did you mean \"networks\"?"
    ),
    (#"{"xyzzy":1}"#, "configuration: f.json: xyzzy: unknown key"),
    (#"{"socket":5}"#, "configuration: f.json: socket: is not a string"),
    (
      #"{"logLevel":"loud"}"#,
      "configuration: f.json: logLevel: \"loud\" is none of trace, debug, info, notice, warning, error, critical"
    ),
    (
      #"{"stepTimeout":"1 day"}"#,
      "configuration: f.json: stepTimeout: is not a length of time such as \"500ms\", \"30s\", \"2m\" or a number of seconds"
    ),
    (#"{"maxConcurrentRequests":"many"}"#, "configuration: f.json: maxConcurrentRequests: is not a whole number"),
    ("[]", "configuration: f.json: is not an object"),
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

  @Test func refusesLimitsThatCannotBe() {
    var configuration = DaemonConfiguration()
    configuration.sandboxes.pauseBinary = "/p"
    #expect(throws: Never.self) { try configuration.validate() }
    configuration.limits.maxConcurrentRequests = 0
    #expect(throws: ConfigurationError("maxConcurrentRequests", "0 is not between 1 and 100000")) {
      try configuration.validate()
    }
    configuration = DaemonConfiguration()
    configuration.sandboxes.pauseBinary = "/p"
    configuration.sandboxes.pluginTimeout = .zero
    #expect(throws: ConfigurationError("pluginTimeout", "must be longer than nothing")) { try configuration.validate() }
  }
}
