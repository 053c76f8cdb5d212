import JSON

/// A report by version 14 of the Test Anything Protocol, with a YAML block of diagnostics for what is not plainly ok.
///
/// What fails without failing the run is a TODO, which harnesses count as no failure: what is expected to fail, and what only
/// warns.
public final class TAPWriter: ReportWriter {
  private let sink: ReportSink
  private var number = 0

  /// A writer.
  public init(_ sink: ReportSink) { self.sink = sink }

  /// Nothing was tried yet.
  public func begin(_ plan: RunPlan) {
    write("TAP version 14")
    write("1..\(plan.trials)")
    for network in plan.networks {
      let plugins = network.plugins.map { "\($0.type) \($0.release ?? "of unknown version")" }.joined(separator: ", ")
      write("# network \(network.name), version \(network.version): \(plugins)")
    }
    write("# berth-conformance \(plan.suiteVersion), seed \(plan.seed)")
  }

  /// One trial is over.
  public func add(_ report: CaseReport, _ assessment: Assessment) {
    number += 1
    let description = "\(report.subject) \(report.id), network \(report.network), version \(report.version)"
    var line = "\(isOK(report) ? "ok" : "not ok") \(number) - \(Self.escaped(description))"
    switch assessment {
    case .passed, .failed: break
    case .skipped: line += " # SKIP \(Self.escaped(assessment.note(of: report)))"
    case .warned: line += " # TODO \(report.weight.rawValue.uppercased()), which only warns"
    case .failedAsExpected(let known), .passedUnexpectedly(let known): line += " # TODO \(Self.escaped(known.reason))"
    }
    write(line)
    diagnostics(report)
  }

  /// All trials are over.
  public func end(_ summary: Summary) {
    for expectation in summary.outdated {
      write("# passes again: \(expectation.plugin) \(expectation.versions.text) \(expectation.caseID)")
    }
    write("# \(summary.text)")
  }

  private func isOK(_ report: CaseReport) -> Bool {
    if case .failed = report.verdict { false } else { true }
  }

  /// The YAML block. Its strings are JSON's, which YAML takes as they are.
  private func diagnostics(_ report: CaseReport) {
    var entries: [(String, JSON)] = []
    if case .failed(let violations) = report.verdict {
      entries = [
        ("message", .string(violations.first ?? "")), ("severity", .string(report.weight.rawValue)),
        ("expected", .string(report.expectation)), ("basis", .string(report.basis)),
        ("seen", .array(violations.map { .string($0) })), ("calls", .array(report.calls.map(\.json))),
      ]
    }
    entries += report.figures.map { ($0.name, .number(decimal($0.value))) }
    guard !entries.isEmpty else { return }
    write("  ---")
    for (key, value) in entries { block(key, value, indent: 2) }
    write("  ...")
  }

  private func block(_ key: String, _ value: JSON, indent: Int) {
    let margin = String(repeating: " ", count: indent)
    let key = key.allSatisfy { $0.isLetter || $0.isNumber } ? key : JSON.string(key).text()
    guard case .array(let elements) = value, !elements.isEmpty else {
      sink.write("\(margin)\(key): \(value.text())\n")
      return
    }
    sink.write("\(margin)\(key):\n")
    for element in elements {
      guard case .object(let members) = element else {
        sink.write("\(margin)  - \(element.text())\n")
        continue
      }
      for (place, member) in members.enumerated() {
        sink.write("\(margin)  \(place == 0 ? "- " : "  ")\(member.key): \(member.value.text())\n")
      }
    }
  }

  private func write(_ line: String) { sink.write(line.replacingControls(by: \.escaped) + "\n") }

  /// A text in a test's description: `#` would begin a directive.
  private static func escaped(_ text: String) -> String {
    text.unicodeScalars.map { $0 == "#" || $0 == "\\" ? "\\\($0)" : String($0) }.joined()
  }
}
