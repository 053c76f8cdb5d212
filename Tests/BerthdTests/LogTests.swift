import Glibc
import JSON
import Logging
import RuntimeAPI
import Testing

@testable import berthd

/// What the log looks like, and that nobody can forge it.
@Suite(.timeLimit(.minutes(1))) struct LogTests {
  private func entry(_ message: String, _ fields: Logger.Metadata = [:]) -> LogEntry {
    LogEntry(
      time: 1_700_000_000_000_007_000, level: .warning, label: "berthd", message: message,
      fields: fields)
  }

  @Test func writesTextForPeople() {
    let text = entry("hello", ["b": "two words", "a": "1"]).text(forJournal: false)
    #expect(text == #"2023-11-14T22:13:20.000007Z warning  hello a=1 b="two words""#)
  }

  @Test func writesPrioritiesForTheJournal() {
    #expect(entry("hello").text(forJournal: true) == "<4>hello")
  }

  @Test func escapesWhatCouldForgeALine() {
    let text = entry("a\nb\u{1b}[2J", ["k": "x\r\n2023 info forged", "q": "say \"no\"", "u": "\u{202e}"]).text(
      forJournal: false)
    #expect(text.hasSuffix(#"a\nb\u{1b}[2J k="x\r\n2023 info forged" q="say \"no\"" u="\u202e""#))
    #expect(!text.utf8.contains { $0 < 0x20 })
  }

  @Test func writesOneJSONObject() throws {
    let fields: Logger.Metadata = [
      "n": .stringConvertible(7), "d": .stringConvertible(1.5), "s": "a\u{0}\"b", "l": .array(["x"]),
      "m": .dictionary(["k": "v"]),
    ]
    let document = try JSON(parsing: Array(entry("hello", fields).json.utf8))
    #expect(document["n"] == .number("7") && document["d"] == .number("1.5"))
    #expect(document["s"] == .string("a\u{0}\"b"))
    #expect(document["l"] == .array([.string("x")]))
    #expect(document["message"] == .string("hello") && document["level"] == .string("warning"))
  }

  @Test func tellsOfEachRequestOnce() async throws {
    try await TestServer.run([ConnectProtocolTests.version]) { (server) async throws in
      let id = try await server.post(ConnectProtocolTests.path, #"{"version":"secret"}"#).headers["x-request-id"] ?? ""
      let failed = try await server.post("/nowhere", "{}")
      let lines = server.log.lines
      try #require(lines.count == 2)
      #expect(lines[0].contains(" debug    request code=ok duration_ms="))
      #expect(lines[0].contains(" method=Version pid=\(getpid()) request=\(id) uid=\(getuid())"))
      #expect(lines[0].contains(" gid=\(getgid()) "))
      #expect(!lines[0].contains("secret"))
      #expect(failed.status == 501)
      #expect(lines[1].contains(" warning  request code=unimplemented"))
      #expect(lines[1].contains(#"method="POST /nowhere""#))
    }
  }

  @Test func namesTheSandbox() async throws {
    let route = Route(RuntimeService.version) { _, call in
      call.sandboxID = "abc"
      return CRI.VersionResponse()
    }
    try await TestServer.run([route]) { (server) async throws in
      _ = try await server.post(ConnectProtocolTests.path, "{}")
      #expect(server.log.lines.first?.contains(" sandbox=abc ") == true)
    }
  }
}
