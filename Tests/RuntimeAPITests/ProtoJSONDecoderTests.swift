import JSON
import RuntimeAPI
import Testing

@Suite("proto3 JSON in")
struct ProtoJSONDecoderTests {
  private func request(_ json: String) throws(ProtoJSONError) -> CRI.RunPodSandboxRequest {
    try ProtoJSONDecoder().decode(CRI.RunPodSandboxRequest.self, from: Array(json.utf8))
  }

  private func complaint(_ json: String) -> String? {
    do {
      _ = try request(json)
      return nil
    } catch {
      return error.description
    }
  }

  /// Every field of the configuration, with a value that is not its default.
  private let whole = CRI.RunPodSandboxRequest(
    config: CRI.PodSandboxConfig(
      metadata: .init(name: "n", uid: "u", namespace: "ns", attempt: 4_294_967_295), hostname: "h", logDirectory: "/l",
      dnsConfig: .init(servers: ["1.1.1.1"], searches: ["s"], options: ["o"]),
      portMappings: [.init(protocol: .sctp, containerPort: 80, hostPort: -1, hostIp: "::1")],
      labels: ["some_key": "a", "someKey": "b"], annotations: ["x": "y"],
      linux: .init(
        cgroupParent: "/p",
        securityContext: .init(
          namespaceOptions: .init(
            network: .node, pid: .target, ipc: .node, targetId: "t",
            usernsOptions: .init(
              mode: .pod, uids: [.init(hostId: 1, containerId: 2, length: 3)], gids: [.init(hostId: 4)])),
          selinuxOptions: .init(user: "a", role: "b", type: "c", level: "d"), runAsUser: .init(value: 1000),
          runAsGroup: .init(value: -5), readonlyRootfs: true, supplementalGroups: [1, 9_007_199_254_740_993],
          supplementalGroupsPolicy: .strict, privileged: true,
          seccomp: .init(profileType: .localhost, localhostRef: "l"), apparmor: .init(profileType: .unconfined),
          seccompProfilePath: "p"),
        sysctls: ["net.ipv4.ip_forward": "1"], overhead: .init(cpuPeriod: 1, cpuQuota: -1, cpuShares: 2),
        resources: .init(
          memoryLimitInBytes: 1 << 60, oomScoreAdj: -998, cpusetCpus: "0", cpusetMems: "1",
          hugepageLimits: [.init(pageSize: "2MB", limit: .max)], unified: ["memory.high": "1"],
          memorySwapLimitInBytes: 7)),
      windows: .init(
        securityContext: .init(
          runAsUsername: "r", credentialSpec: "c", hostProcess: true, namespaceOptions: .init(network: .node)))),
    runtimeHandler: "r")

  @Test(
    "a whole configuration survives the way out and in again", arguments: [ProtoJSONEncoder.Defaults.omitted, .emitted])
  func roundTrip(_ defaults: ProtoJSONEncoder.Defaults) throws {
    let bytes = ProtoJSONEncoder(defaults: defaults).encode(whole)
    #expect(try ProtoJSONDecoder().decode(CRI.RunPodSandboxRequest.self, from: bytes) == whole)
  }

  @Test("snake_case keys mean the same as lowerCamelCase; map keys mean themselves")
  func bothSpellings() throws {
    let snake = try request(
      """
      {"config":{"log_directory":"/l","dns_config":{"servers":["a"]},"port_mappings":[{"container_port":1,"host_ip":"b"}],
      "labels":{"a_b":"1","aB":"2"},"linux":{"security_context":{"namespace_options":{"userns_options":{"mode":2}},
      "run_as_user":{"value":"3"}},"resources":{"memory_limit_in_bytes":4}}},"runtime_handler":"h"}
      """)
    let camel = try request(
      """
      {"config":{"logDirectory":"/l","dnsConfig":{"servers":["a"]},"portMappings":[{"containerPort":1,"hostIp":"b"}],
      "labels":{"a_b":"1","aB":"2"},"linux":{"securityContext":{"namespaceOptions":{"usernsOptions":{"mode":"NODE"}},
      "runAsUser":{"value":3}},"resources":{"memoryLimitInBytes":"4"}}},"runtimeHandler":"h"}
      """)
    #expect(snake == camel)
    #expect(snake.config?.labels == ["a_b": "1", "aB": "2"])
    #expect(snake.config?.linux?.securityContext?.namespaceOptions?.usernsOptions?.mode == .node)
  }

  @Test("both spellings of one field at once are refused")
  func twice() {
    #expect(
      complaint(#"{"config":{"log_directory":"a","logDirectory":"b"}}"#)
        == #"config.logDirectory: given twice, as "logDirectory" and as "log_directory""#)
    #expect(complaint(#"{"runtime_handler":null,"runtimeHandler":"b"}"#)?.contains("given twice") == true)
  }

  @Test("what is absent or null has its default")
  func defaults() throws {
    let nulls = #"{"config":{"metadata":null,"hostname":null,"labels":null,"portMappings":null,"linux":null}}"#
    #expect(try request(nulls) == .init(config: .init()))
    #expect(try request("{}") == .init())
    let enums = #"{"config":{"portMappings":[{"protocol":null,"hostPort":null}],"metadata":{"attempt":null}}}"#
    #expect(try request(enums).config == .init(metadata: .init(), portMappings: [.init()]))
  }

  @Test(
    "numbers come as numbers, strings, with point or exponent",
    arguments: [
      ("7", 7), ("\"7\"", 7), ("7.0", 7), ("0.7e1", 7), ("7e0", 7), ("-0", 0), ("2147483647", .max), ("\"7e0\"", 7),
      ("-2147483648.000", .min), ("0e999999999999999999999", 0), ("700e-2", 7),
    ] as [(String, Int32)])
  func numbers(_ token: String, _ value: Int32) throws {
    #expect(
      try request(#"{"config":{"portMappings":[{"hostPort":\#(token)}]}}"#).config?.portMappings.first?.hostPort
        == value)
  }

  @Test(
    "64 bits are read to the last digit, and nothing is rounded into range or to a whole number",
    arguments: [
      ("9223372036854775807", .max), ("9223372036854775808", nil), ("-9223372036854775808", .min),
      ("-9223372036854775809", nil), ("9007199254740993", 9_007_199_254_740_993),
      ("9007199254740993.0", 9_007_199_254_740_993), ("9007199254740992.5", nil),
      ("9223372036854775807.0000000000000000001", nil), ("922337203685477580.7e1", .max),
      ("1e18", 1_000_000_000_000_000_000),
      ("1e19", nil), ("1e400", nil), ("1e-400", nil), ("1e99999999999999999999", nil),
      ("\"9223372036854775807\"", .max),
      ("\"0x10\"", nil), ("\" 1\"", nil), ("\"+1\"", nil), ("\"\"", nil), ("\"1e3\"", 1000), ("true", nil),
    ] as [(String, Int64?)])
  func exactly(_ token: String, _ value: Int64?) throws {
    let json = #"{"config":{"linux":{"resources":{"memoryLimitInBytes":\#(token)}}}}"#
    guard let value else {
      let words =
        "config.linux.resources.memoryLimitInBytes: expected a whole number from \(Int64.min) to \(Int64.max), got "
      return #expect(complaint(json)?.hasPrefix(words) == true)
    }
    #expect(try request(json).config?.linux?.resources?.memoryLimitInBytes == value)
  }

  @Test(
    "a wrong type is refused with its path, what was expected and what was there",
    arguments: [
      (
        #"{"config":{"metadata":{"attempt":"x"}}}"#,
        #"config.metadata.attempt: expected a whole number from 0 to 4294967295, got "x""#
      ),
      (
        #"{"config":{"metadata":{"attempt":-1}}}"#,
        "config.metadata.attempt: expected a whole number from 0 to 4294967295, got -1"
      ),
      (
        #"{"config":{"metadata":{"attempt":4294967296}}}"#,
        "config.metadata.attempt: expected a whole number from 0 to 4294967295, got 4294967296"
      ),
      (
        #"{"config":{"metadata":{"attempt":1.5}}}"#,
        "config.metadata.attempt: expected a whole number from 0 to 4294967295, got 1.5"
      ),
      (
        #"{"config":{"metadata":{"attempt":"01"}}}"#,
        #"config.metadata.attempt: expected a whole number from 0 to 4294967295, got "01""#
      ),
      (#"{"config":{"metadata":{"name":1}}}"#, "config.metadata.name: expected a string, got 1"),
      (#"{"config":{"metadata":[]}}"#, "config.metadata: expected an object, got an array"),
      (#"{"config":"pod.json"}"#, #"config: expected an object, got "pod.json""#),
      (#"{"config":{"portMappings":{}}}"#, "config.portMappings: expected an array, got an object"),
      (#"{"config":{"portMappings":[{},null]}}"#, "config.portMappings[1]: expected an object, got null"),
      (
        #"{"config":{"portMappings":[{},{"protocol":"tcp"}]}}"#,
        #"config.portMappings[1].protocol: expected one of TCP, UDP, SCTP, got "tcp""#
      ),
      (
        #"{"config":{"portMappings":[{"protocol":3}]}}"#,
        "config.portMappings[0].protocol: expected one of TCP, UDP, SCTP, got 3"
      ),
      (
        #"{"config":{"portMappings":[{"protocol":-1}]}}"#,
        "config.portMappings[0].protocol: expected one of TCP, UDP, SCTP, got -1"
      ),
      (#"{"config":{"labels":{"a.b":1}}}"#, #"config.labels["a.b"]: expected a string, got 1"#),
      (#"{"config":{"labels":{"a":null}}}"#, #"config.labels["a"]: expected a string, got null"#),
      (#"{"config":{"labels":["a"]}}"#, "config.labels: expected an object, got an array"),
      (
        #"{"config":{"linux":{"securityContext":{"privileged":"true"}}}}"#,
        #"config.linux.securityContext.privileged: expected true or false, got "true""#
      ),
      (
        #"{"config":{"linux":{"securityContext":{"runAsUser":0}}}}"#,
        "config.linux.securityContext.runAsUser: expected an object, got 0"
      ),
      (
        #"{"config":{"linux":{"resources":{"cpuQuota":1e30}}}}"#,
        "config.linux.resources.cpuQuota: expected a whole number from -9223372036854775808 to 9223372036854775807, got 1e30"
      ),
      ("[]", "expected an object, got an array"), ("null", "expected an object, got null"),
      ("7", "expected an object, got 7"),
    ])
  func wrongTypes(_ json: String, _ words: String) {
    #expect(complaint(json) == words)
  }

  @Test("a long wrong value is cut in the message")
  func longValue() throws {
    let words = try #require(complaint(#"{"config":"\#(String(repeating: "x", count: 100_000))"}"#))
    #expect(words.count < 120 && words.hasSuffix("…"))
  }

  @Test(
    "an unknown field is refused with its path and the nearest known one",
    arguments: [
      (
        #"{"config":{"metadata":{"nmae":"x"}}}"#,
        #"config.metadata.nmae: unknown field; the nearest known one is "name""#
      ),
      (
        #"{"config":{"port_mapping":[]}}"#,
        #"config.port_mapping: unknown field; the nearest known one is "port_mappings""#
      ),
      (
        #"{"config":{"portMapings":[]}}"#,
        #"config.portMapings: unknown field; the nearest known one is "portMappings""#
      ),
      (
        #"{"config":{"portMappings":[{"Protocol":0}]}}"#,
        #"config.portMappings[0].Protocol: unknown field; the nearest known one is "protocol""#
      ),
      (
        #"{"config":{"dnsOptions":[]}}"#,
        #"config.dnsOptions: unknown field; the nearest known one is "dnsConfig.options""#
      ),
      (
        #"{"config":{"linux":{"run_as_user":{}}}}"#,
        #"config.linux.run_as_user: unknown field; the nearest known one is "security_context.run_as_user""#
      ),
      (#"{"config":{"metadata":{"nonsense":1}}}"#, "config.metadata.nonsense: unknown field"),
      (#"{"config":{"dns_optoins":[]}}"#, "config.dns_optoins: unknown field"),
      (#"{"runtimehandler":"x"}"#, #"runtimehandler: unknown field; the nearest known one is "runtimeHandler""#),
    ])
  func unknownFields(_ json: String, _ words: String) {
    #expect(complaint(json) == words)
  }

  @Test("a message without fields says so")
  func unknownFieldOfEmptyMessage() {
    let error = #expect(throws: ProtoJSONError.self) {
      try ProtoJSONDecoder().decode(CRI.RuntimeConfigRequest.self, from: Array(#"{"verbose":true}"#.utf8))
    }
    #expect(error?.description == "verbose: unknown field; there are none in this message")
    #expect(error?.connectError.code == .invalidArgument)
  }

  @Test("leniently, unknown fields are reported and the rest is taken")
  func lenient() throws {
    let (config, unknown) = try ProtoJSONDecoder().decodeLeniently(
      CRI.PodSandboxConfig.self,
      from: Array(#"{"metadata":{"name":"a","x":1},"linux":{"namespaces":{"options":{}}},"hostname":"h"}"#.utf8))
    #expect(config == .init(metadata: .init(name: "a"), hostname: "h", linux: .init()))
    #expect(unknown.map(\.path) == ["metadata.x", "linux.namespaces"])
  }

  @Test("a long key is cut in the message")
  func longKey() throws {
    let key = String(repeating: "k", count: 100_000)
    for json in [#"{"\#(key)":0}"#, #"{"config":{"labels":{"\#(key)":0}}}"#, #"{"\#(key)":0,"\#(key)":0}"#] {
      #expect(try #require(complaint(json)).count < 200)
    }
  }

  @Test("a list or a map of more than 4096 entries is refused unread, but in an answer")
  func entries() throws {
    let mappings = { (count: Int) in Array(repeating: "{}", count: count).joined(separator: ",") }
    let labels = { (count: Int) in (0..<count).map { "\"k\($0)\":\"\"" }.joined(separator: ",") }
    #expect(complaint(#"{"config":{"portMappings":[\#(mappings(4096))],"labels":{\#(labels(4096))}}}"#) == nil)
    let list = #"{"config":{"portMappings":[7,\#(mappings(4096))]}}"#
    #expect(complaint(list) == "config.portMappings: 4097 entries; 4096 is the most")
    #expect(complaint(#"{"config":{"labels":{\#(labels(4097))}}}"#) == "config.labels: 4097 entries; 4096 is the most")
    let answer = #"{"items":[\#(mappings(5000))]}"#
    let response = try ProtoJSONDecoder(rules: .own).decode(CRI.ListPodSandboxResponse.self, from: Array(answer.utf8))
    #expect(response.items.count == 5000)
  }

  @Test("a flood of unknown fields is answered in a few words")
  func flood() throws {
    let json = "{" + (0..<20_000).map { "\"k\($0)\":0" }.joined(separator: ",") + "}"
    let words = try #require(complaint(json))
    #expect(words.count < 3000)
  }

  @Test("no mutation of a good document crashes the decoder")
  func mutations() {
    let good = ProtoJSONEncoder(defaults: .emitted).encode(whole)
    let replacements = Array("{}[]\",:0-.etnx\\\u{0}".utf8) + [0xFF]
    for index in stride(from: 0, to: good.count, by: 3) {
      var mutated = good
      mutated[index] = replacements[index % replacements.count]
      for document in [Array(good[..<index]), mutated] {
        // All that is asked is that it returns, with a message or an error.
        _ = Result { try ProtoJSONDecoder().decode(CRI.RunPodSandboxRequest.self, from: document) }
      }
    }
  }
}
