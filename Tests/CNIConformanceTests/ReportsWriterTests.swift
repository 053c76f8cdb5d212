import JSON
import Testing

@testable import CNIConformance

@Suite("The writers of reports")
struct ReportsWriterTests {
  @Test("TAP: plan, results, directives and a YAML block")
  func tap() {
    let text = written(TAPWriter.init, allKinds.reports, expectations: allKinds.expectations)
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    #expect(lines.prefix(2) == ["TAP version 14", "1..6"])
    let results = lines.filter { $0.hasPrefix("ok") || $0.hasPrefix("not ok") }
    let place = "network net, version 1.0.0"
    #expect(
      results == [
        "ok 1 - bridge spec/one, \(place)", "not ok 2 - bridge spec/two, \(place)",
        "not ok 3 - bridge spec/three, \(place) # TODO SHOULD, which only warns",
        "ok 4 - bridge spec/four, \(place) # SKIP there is \\# nothing to do",
        "not ok 5 - bridge spec/five, \(place) # TODO plugins\\#810",
        "ok 6 - bridge spec/six, \(place) # TODO was broken",
      ])
    #expect(lines.contains("# passes again: bridge * spec/six"))
    let inside = lines.filter { $0.hasPrefix("  ") }
    #expect(inside.contains(#"  message: "it <did> not""#))
    #expect(inside.contains(#"  "ADD p50 ms": 3.250"#))
    // Nothing that a plugin has printed ends the block, or is a line of its own.
    #expect(lines.count { $0 == "  ..." } == lines.count { $0 == "  ---" })
    #expect(!text.unicodeScalars.contains { $0 != "\n" && $0.isControl })
  }

  @Test("JUnit's XML: what CI systems agree on, with all characters that XML can hold")
  func junit() {
    let text = written(
      { JUnitWriter($0, timestamp: "2026-11-27T06:50:29") }, allKinds.reports, expectations: allKinds.expectations)
    let path = #filePath.split(separator: "/").dropLast(2).joined(separator: "/")
    let script =
      "python3 '/\(path)/Conformance/check-junit.py' /dev/stdin <<'END OF REPORT' 2>&1\n\(text)END OF REPORT\n"
    let (output, status) = bash(script)
    #expect(status == 0, "\(String(decoding: output, as: UTF8.self))")
    #expect(
      String(decoding: output, as: UTF8.self)
        == "bridge/spec/one bridge/spec/two bridge/spec/three bridge/spec/four bridge/spec/five bridge/spec/six\n")
    #expect(text.contains("<testsuites name=\"CNI conformance\" tests=\"6\" failures=\"1\" errors=\"0\" skipped=\"3\""))
    #expect(text.contains("message=\"it &lt;did&gt; not; nor again\" type=\"must\""))
    #expect(text.contains("name=\"plugin.bridge.release\" value=\"1.1.1\""))
  }

  @Test("XML replaces what it cannot hold, and escapes the rest")
  func xml() {
    #expect(
      XML.text("a\u{0}\u{b}\u{fffe}<&>\"\r\n\t]]>") == "a\u{fffd}\u{fffd}\u{fffd}&lt;&amp;&gt;&quot;&#13;\n\t]]&gt;")
    #expect(XML.attribute("a\nb\tc'") == "a&#10;b&#9;c'")
  }

  @Test("JSON lines: plan, trials and summary, each read back as it was")
  func jsonLines() throws {
    let text = written(JSONLinesWriter.init, allKinds.reports, expectations: allKinds.expectations)
    let lines = try text.split(separator: "\n").map { try JSON(parsing: Array($0.utf8)) }
    try #require(lines.count == 8)
    let plan = try #require(RunPlan(lines[0]))
    #expect(plan.networks[0].plugins[0].release == "1.1.1" && plan.seed == 7)
    #expect(lines[1...6].compactMap { CaseReport($0) } == allKinds.reports)
    #expect(
      lines[1...6].map { $0["assessment"]?.string }
        == ["passed", "failed", "warned", "skipped", "expected", "repaired"])
    #expect(lines[7]["summary"]?["failed"]?.integer == 1 && lines[7]["exitStatus"]?.integer == 1)
  }

  @Test("JSON lines: standard input that is no text comes back byte by byte")
  func bytes() {
    let call = CallEvidence(plugin: "p", executable: "/p", environment: [], standardInput: [0xff, 0, 0x0a])
    #expect(CallEvidence(call.json) == call)
    #expect(call.json["stdinHex"] == "ff000a")
  }

  @Test("Text: a row a trial, failures in full, nothing that steers a terminal")
  func text() {
    let text = written(TextWriter.init, allKinds.reports, expectations: allKinds.expectations)
    for part in [
      "network net, version 1.0.0: bridge 1.1.1\n", "6 trials, seed 7\n", "FAILED    spec/two", "seen: it <did> not\n",
      "environment: CNI_COMMAND=ADD\n", "CNI_ARGS=A='1'\\u{a};B=\\u{1b}[31m\n", "stdin: {\"name\":\"it's\"}\n",
      "stdout: <&>\"]]>\\u{0}\\u{1b}[2J\\u{d}\n", "stderr: ::error::no\n", "again: \(CallEvidence.hostile.shellLine)\n",
      "expected  spec/five", "plugins#810\n",
      "passes again: bridge * spec/six (line 2 of the expectations: take it out)\n",
      "FAILED: bridge spec/two, version 1.0.0\n",
      "6 trials: 2 passed, 1 failed, 1 warned, 1 failed as expected, 1 skipped, in 1.500 s\n",
    ] { #expect(text.contains(part), "\(part) is missing in\n\(text)") }
    #expect(!text.unicodeScalars.contains { $0 != "\n" && $0.isControl })
  }

  @Test("What many cases of a subject saw alike is told of once at the end, with all that saw it")
  func common() {
    let broken = (1...6).map { number in
      CaseReport.made(.failed(["ADD of conformance-\(number)-1 failed: exit status 1"]), id: "spec/case-\(number)")
    }
    let other = CaseReport.made(.failed(["ADD of conformance-1-1 failed: exit status 1"]), id: "spec/x", subject: "ptp")
    let reports = broken + [.made(.failed(["it did not"]), id: "spec/two"), other]
    let text = written(TextWriter.init, reports)
    #expect(
      text.contains(
        "FAILED: bridge, version 1.0.0: 6 cases saw the same: ADD of conformance-N failed: exit status 1\n"
          + "    spec/case-1 spec/case-2 spec/case-3 spec/case-4 spec/case-5 spec/case-6\n"
          + "FAILED: bridge spec/two, version 1.0.0\nFAILED: ptp spec/x, version 1.0.0\n"), "\(text)")
    #expect(!text.contains("FAILED: bridge spec/case-3"))
    let page = written({ GitHubWriter(commands: ReportSink { _ in }, summary: $0) }, reports)
    #expect(page.ranges(of: "cases saw the same").count == 1, "\(page)")
  }

  @Test("Text on a terminal: also a line that tells how far it is, erased before the next row")
  func terminal() {
    let text = written(TextWriter.init, allKinds.reports, isTerminal: true)
    #expect(text.contains("[1/6] bridge spec/one\r\u{1b}[K"))
    #expect(text.contains("\u{1b}[31mFAILED\u{1b}[0m"))
    #expect(text.hasSuffix(" s\n"))
  }
}
