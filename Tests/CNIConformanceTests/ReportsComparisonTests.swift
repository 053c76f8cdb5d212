import Testing

@testable import CNIConformance

@Suite("A comparison with an earlier report")
struct ReportsComparisonTests {
  private func lines(_ old: [CaseReport], _ new: [CaseReport]) throws -> [String] {
    var comparison = try #require(Comparison(against: written(JSONLinesWriter.init, old)))
    for report in new { comparison.add(report) }
    return comparison.lines
  }

  private let place = "network net, version 1.0.0"

  @Test("names what got worse, better, is new, and is no longer tried")
  func verdicts() throws {
    let failed = Verdict.failed(["x"])
    let old: [CaseReport] = [
      .made(.passed, id: "a"), .made(failed, id: "b"), .made(.passed, id: "c"), .made(.skipped("x"), id: "d"),
      .made(failed, id: "e"),
    ]
    let new: [CaseReport] = [
      .made(failed, id: "a"), .made(.passed, id: "b"), .made(.skipped("x"), id: "c"), .made(failed, id: "d"),
      .made(failed, id: "e"), .made(.passed, id: "a", subject: "portmap"),
    ]
    #expect(
      try lines(old, new) == [
        "worse: bridge a, \(place)", "worse: bridge d, \(place)", "no longer tried: bridge c, \(place)",
        "better: bridge b, \(place)", "new: portmap a, \(place)",
      ])
    #expect(try lines(old, old) == ["nothing has changed since the earlier report"])
  }

  @Test("names figures that are worse by more than a quarter; a rate is worse when it is lower")
  func figures() throws {
    func made(_ milliseconds: Double, _ rate: Double) -> CaseReport {
      .made(.passed, figures: [.init(name: "ADD p50 ms", value: milliseconds), .init(name: "TCP Mbit/s", value: rate)])
    }
    #expect(try lines([made(10, 100)], [made(12.5, 80)]).count == 1)
    #expect(
      try lines([made(10, 100)], [made(12.6, 79)]) == [
        "slower: bridge spec/one, ADD p50 ms: 10.000, now 12.600",
        "slower: bridge spec/one, TCP Mbit/s: 100.000, now 79.000",
      ])
    #expect(try lines([made(10, 100)], [made(1, 1000)]) == ["nothing has changed since the earlier report"])
  }

  @Test("takes no file that tells of no trial")
  func foreign() { #expect(Comparison(against: "{}\nnonsense\n") == nil) }
}
