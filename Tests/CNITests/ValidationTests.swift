import CNI
import Testing

@Suite("Validation, for every verb (libcni: ADD only)", .timeLimit(.minutes(1)))
struct ValidationTests {
  static let verbs: [Verb] = [.add, .del, .check]

  private func attempt(_ verb: Verb, _ net: NetworkConfigurationList, _ attachment: Attachment) async throws
    -> CNIError?
  {
    let bench = try Bench()
    let error = await failure { () async throws(CNIError) in
      switch verb {
      case .add: _ = try await bench.runtime.add(net, attachment)
      case .del: try await bench.runtime.del(net, attachment)
      case .check: try await bench.runtime.check(net, attachment)
      case .gc: try await bench.runtime.gc(net, valid: [])
      default: try await bench.runtime.status(net)
      }
    }
    #expect(bench.invoker.requests.isEmpty)
    return error
  }

  @Test("CNI-A16 container id", arguments: verbs)
  func containerID(verb: Verb) async throws {
    let missing = try await attempt(verb, try chain("a"), attachment(""))
    #expect(missing?.code == 3 && missing?.text == "missing containerID")
    for id in ["-a", ".a", "a/b", "a b", "a\n", "ä", "a\0", "../x"] {
      let error = try await attempt(verb, try chain("a"), attachment(id))
      #expect(error?.code == 4 && error?.text == "invalid characters in containerID; \(id)", "\(id)")
    }
  }

  /// The ways by which a configuration comes in that is no file.
  private enum Door: CaseIterable {
    case list, cachedList, cachedEntry, entry

    func load(_ text: String) throws(CNIError) {
      let bytes = Array(text.utf8)
      switch self {
      case .list: _ = try NetworkConfigurationList(parsing: bytes)
      case .cachedList, .cachedEntry: _ = try NetworkConfigurationList(cached: bytes)
      case .entry:
        let plugin = try PluginConfiguration(parsing: bytes)
        _ = try NetworkConfigurationList(upconverting: plugin)
      }
    }
  }

  @Test(
    "CNI-A16 a network's name is refused when it is loaded, by every door", arguments: ["", "-a", "a/b", "my net", "é"])
  func networkName(name: String) async throws {
    let text = name.isEmpty ? "missing network name:" : "invalid characters found in network name; \(name)"
    let entry = #"{"cniVersion":"1.0.0","name":"\#(name)","type":"noop"}"#
    let list = #"{"cniVersion":"1.0.0","name":"\#(name)","plugins":[{"type":"noop"}]}"#
    for door in Door.allCases {
      let error = await failure { () async throws(CNIError) in
        try door.load(door == .list || door == .cachedList ? list : entry)
      }
      #expect(error?.kind == .invalidConfiguration && error?.code == 7 && error?.text == text)
    }
    let directory = try TemporaryDirectory()
    for file in ["a.conflist", "b.json"] { try directory.write(file, list) }
    for file in ["c.conf", "d.json"] { try directory.write(file, entry) }
    let contents = NetworkConfigurationDirectory(directory.path).load()
    #expect(contents.networks.isEmpty && contents.failures.map(\.error.text) == Array(repeating: text, count: 4))
    let runtime = try Bench().runtime
    let single = try PluginConfiguration(parsing: Array(entry.utf8))
    for verb in Self.verbs {
      let error = await failure { () async throws(CNIError) in
        switch verb {
        case .add: _ = try await runtime.add(single, attachment())
        case .del: try await runtime.del(single, attachment())
        default: try await runtime.check(single, attachment())
        }
      }
      #expect(error?.text == text)
    }
  }

  @Test("CNI-A17 interface name", arguments: verbs)
  func interfaceName(verb: Verb) async throws {
    let cases = [
      ("", "interface name is empty"),
      ("a23456789012345x", "interface name is too long; interface name should be less than 16 characters"),
      ("ééééééééx", "interface name is too long; interface name should be less than 16 characters"),
      (".", "interface name is . or .."), ("..", "interface name is . or .."),
      ("a/b", "interface name contains / or : or whitespace characters"),
      ("a:b", "interface name contains / or : or whitespace characters"),
      ("a b", "interface name contains / or : or whitespace characters"),
      ("a\u{2003}b", "interface name contains / or : or whitespace characters"),
    ]
    for (name, message) in cases {
      let error = try await attempt(verb, try chain("a"), attachment(interface: name))
      #expect(error?.code == 4 && error?.text == message, "\(name)")
    }
    let bench = try Bench()
    _ = try await bench.runtime.add(try chain("a"), attachment(interface: "a2345678901234x"))
  }
}
