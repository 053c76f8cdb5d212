import CNI
import JSON
import LinuxKernel
import Testing

/// The smallest inputs behind public bug reports: each has a test for what is CNI's part in it.
@Suite("Reports", .timeLimit(.minutes(1)))
struct ReportsTests {
  private func report(_ id: String) throws -> JSON {
    let lines = String(decoding: try Fixtures.bytes("reports.jsonl"), as: UTF8.self).split(separator: "\n")
    let reports = try lines.map { try JSON(parsing: String($0)) }
    return try #require(reports.first { $0["id"]?.string == id })
  }

  private func failures(of text: String) throws -> [String] {
    let directory = try TemporaryDirectory()
    try directory.write("10-net.conflist", text)
    let contents = NetworkConfigurationDirectory(directory.path).load()
    #expect(contents.networks.isEmpty)
    return contents.failures.map(\.description)
  }

  @Test(
    "What a plugin refuses at ADD it may refuse at DEL in the same words: nothing is owed",
    arguments: ["refused-at-add-1", "refused-at-add-2", "refused-at-add-3", "refused-at-add-4"])
  func refusedAtAdd(id: String) async throws {
    let net = try NetworkConfigurationList(parsing: try #require(try report(id)["conflist"]).serialized())
    for place in net.plugins.indices {
      let culprit = net.plugins[place].type
      let bench = try Bench(missing: ["host-lokal"]) { request in
        request.plugin == culprit ? .error(999, "refused by \(culprit)") : .result
      }
      let failed = await failure { () async throws(CNIError) in _ = try await bench.runtime.add(net, attachment()) }
      #expect(failed?.plugin == culprit)
      let detaching = Detaching(failedAdd: failed, interfaceIsGone: true)
      let excused = try await bench.runtime.del(net, attachment(), detaching)
      #expect(excused.first?.error.plugin == culprit && bench.cacheFiles.isEmpty)
    }
  }

  @Test("A network's name that cannot enter a path is refused when the file is loaded")
  func name() throws {
    let failures = try failures(of: try #require(try report("name-1")["conflist"]).description)
    #expect(failures.count == 1 && failures[0].hasSuffix("invalid characters found in network name; my net"))
  }

  @Test("An eth0 without sandbox is the pod's where no interface has one")
  func result1() throws {
    let result = try CNIResult(try #require(try report("result-1")["result"]), defaultVersion: "1.0.0")
    #expect(result.addresses(of: "eth0").map(\.address.address.description) == ["10.9.8.7"])
  }

  @Test("The addresses of another interface are told as that")
  func result2() throws {
    let result = try CNIResult(try #require(try report("result-2")["result"]), defaultVersion: "1.0.0")
    #expect(result.addresses(of: "eth0").isEmpty)
    #expect(
      result.absence(ofAddressesOn: "eth0") == "the addresses belong to eni1, which has no sandbox; none to eth0")
  }

  @Test("A JSON fault is told by line and column")
  func json() throws {
    let failures = try failures(of: try #require(try report("json-1")["text"]?.string))
    #expect(failures.count == 1 && failures[0].contains("line 3, column 16"))
  }
}
