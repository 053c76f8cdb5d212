import JSON
import RuntimeAPI
import Testing

@testable import berthctl

@Suite("what is written")
struct OutputTests {
  @Test("columns are crictl's: 20 wide, wider where the text is, three apart")
  func table() {
    var table = Table(["POD ID", "NAME", "X"])
    table.add(["0123456789012", "a-name-of-more-than-twenty-letters", "x"])
    table.add(["1", "\u{1b}[2Jb\nc", ""])
    #expect(
      table.text == """
        POD ID              NAME                                 X
        0123456789012       a-name-of-more-than-twenty-letters   x
        1                   \\u{1b}[2Jb c                         \n
        """)
  }

  @Test("nothing that steers a terminal gets through")
  func sanitised() {
    #expect(
      "a\u{1b}]0;x\u{7}\u{9b}\u{7f}\u{202e}\u{2028}é😀\r\n\t".sanitised
        == "a\\u{1b}]0;x\\u{7}\\u{9b}\\u{7f}\\u{202e}\\u{2028}é😀\\u{d}  ")
    #expect("a\n\tb\u{1b}".sanitised(keeping: ["\n", "\t"]) == "a\n\tb\\u{1b}")
  }

  @Test("YAML reads back as the same document, whatever its strings look like")
  func yaml() throws {
    let strings = [
      "", "true", "yes", "null", "~", "1", "1.0", "0x1", "2026-11-21", "- a", "a: b", "#", "a\nb\n", " x ",
      "\u{1b}[31m",
      "\u{202e}a\u{9b}", "\u{200f}", "a\n\u{2066}b\n", "\u{85}\u{2028}", "\u{feff}", "\u{7f}", "'", "\"", "é", "{}",
      "[]", "*a", "&a", "!a", "%a", "=", "<<", "on", "-", "1e3", "\t", "a #b",
    ]
    let document = JSON.object([
      "strings": .array(strings.map { .string($0) }), "true": .bool(true), "n": .number("1.50"),
      "none": .null, "empty": .object([:]), "list": .array([]), "1": .string("k"),
    ])
    let text = try YAMLWriter.text(document)
    let expected = document.replacing("n", by: .number("1.5"))
    #expect(try YAMLReader.document(Array(text.utf8), name: "x") == expected)
    #expect(!text.unicodeScalars.contains { $0.isControl && $0 != "\n" && $0 != "\t" })
  }

  @Test("info's JSON is expanded, other text is kept")
  func info() {
    let members = StatusDocument.expanded(["b": #"{"pid":1}"#, "a": "\"quoted\"", "c": "{broken", "d": "[1]"])
    #expect(members.map(\.0) == ["a", "b", "c", "d"])
    #expect(members.map(\.1) == ["quoted", ["pid": 1], "{broken", [1]])
  }

  @Test("a failure says what was cleaned, what is left and where to look")
  func failure() {
    let report = UndoReport(
      podSandboxId: "ab",
      undo: [
        .init(step: "AttachNetworks", outcome: "failed", error: "boom", milliseconds: 3.25),
        .init(step: "PinNetworkNamespace", outcome: "skipped", error: "waits for AttachNetworks"),
        .init(step: "StartPause", outcome: "ok", milliseconds: 1.1),
      ])
    let error = ConnectError(code: .internal, message: "it failed", details: [report.detail])
    #expect(
      FailureReport.lines(error) == [
        "it failed", "sandbox ab", "  left     AttachNetworks       failed after 3.25 ms: boom",
        "  left     PinNetworkNamespace  not tried: waits for AttachNetworks",
        "  cleaned  StartPause           1.10 ms",
        "what is left goes with: berthctl rmp ab", "how it came to this: berthctl trace ab",
      ])
    let missing = ConnectError(code: .notFound, message: "none", details: [UndoReport(podSandboxId: "ab").detail])
    #expect(FailureReport.lines(missing) == ["none"])
    #expect(FailureReport.lines(ConnectError(code: .notFound, message: "")) == ["not_found"])
  }
}
