import CNI
import Testing

@Suite("Validation, for every verb (libcni: ADD only)")
struct ValidationTests {
  static let verbs: [Verb] = [.add, .del, .check]

  private func attempt(_ verb: Verb, _ net: NetworkConfigurationList, _ attachment: Attachment) async throws
    -> CNIError?
  {
    let bench = try Bench()
    let error = await failure { () throws(CNIError) in
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

  @Test("CNI-A16 network name", arguments: verbs + [.gc, .status])
  func networkName(verb: Verb) async throws {
    let missing = try await attempt(verb, try chain("a", version: "1.1.0", name: ""), attachment())
    #expect(missing?.code == 7 && missing?.text == "missing network name:")
    for name in ["-a", "a/b", "a b", "é"] {
      let error = try await attempt(verb, try chain("a", version: "1.1.0", name: name), attachment())
      #expect(error?.code == 7 && error?.text == "invalid characters found in network name; \(name)", "\(name)")
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
