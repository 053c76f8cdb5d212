import Testing

@testable import CNIConformance

@Suite("What GitHub is told")
struct ReportsGitHubTests {
  private func written(_ reports: [CaseReport]) -> (commands: String, page: String) {
    var page = ""
    let commands = CNIConformanceTests.written(
      { GitHubWriter(commands: $0, summary: ReportSink { page += $0 }) }, reports, expectations: allKinds.expectations)
    return (commands, page)
  }

  @Test("an annotation of one line for each failure, its properties escaped")
  func annotations() {
    let lines = written(allKinds.reports).commands.split(separator: "\n")
    #expect(lines.count == 3)
    #expect(
      lines[0].hasPrefix("::error title=bridge spec/two (MUST)::It works.%0Aseen: it <did> not; nor again%0Aagain: "))
    #expect(lines[1].hasPrefix("::warning title=bridge spec/three (SHOULD)::"))
    #expect(lines[2].hasPrefix("::notice title=CNI conformance%3A passes again::"))
    let odd = written([.made(.failed(["50 %\r\nof, it: all"]), subject: "a,b")]).commands
    #expect(odd == "::error title=a%2Cb spec/one (MUST)::It works.%0Aseen: 50 %25%0D%0Aof, it: all\n")
  }

  @Test("a page with a table, and the evidence in a fence that it cannot end")
  func page() {
    let page = written(allKinds.reports).page
    #expect(page.contains("| failed | bridge | spec/two | 1.0.0 | it &lt;did&gt; not; nor again |\n"))
    #expect(page.contains("<details><summary>FAILED: bridge spec/two, version 1.0.0</summary>\n\n````\n"))
    #expect(page.contains("again: \(CallEvidence.hostile.shellLine)\n````\n"))
  }

  @Test("no page larger than GitHub takes")
  func bounded() {
    let call = CallEvidence(
      plugin: "p", executable: "/p", environment: [], standardInput: [],
      standardOutput: String(repeating: "x", count: 60_000))
    let reports = (0..<40).map { CaseReport.made(.failed(["no"]), id: "spec/\($0)", calls: [call]) }
    let page = written(reports).page
    #expect(page.utf8.count < 1 << 20)
    #expect(page.contains("more failures are in the log"))
  }
}
