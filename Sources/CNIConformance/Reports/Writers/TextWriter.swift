import JSON

/// A report for people: a line for each trial as it ends, failures in full below theirs; on a terminal also a line that tells
/// how far the run is.
public final class TextWriter: ReportWriter {
  private let sink: ReportSink
  private var planned = 0
  private var done = 0
  private var subjectWidth = 8
  private let caseWidth = Catalogue.cases.map(\.id.count).max() ?? 0

  /// A writer.
  public init(_ sink: ReportSink) { self.sink = sink }

  /// Nothing was tried yet.
  public func begin(_ plan: RunPlan) {
    planned = plan.trials
    subjectWidth = plan.networks.map { $0.plugins.map(\.type).joined(separator: "+").count }.max() ?? subjectWidth
    for network in plan.networks {
      let plugins = network.plugins.map { $0.type + ($0.release.map { " \($0)" } ?? "") }
      line("network \(network.name), version \(network.version): \(plugins.joined(separator: ", "))")
    }
    line("\(plan.trials) trials, seed \(plan.seed)")
    progress(nil)
  }

  /// One trial is over.
  public func add(_ report: CaseReport, _ assessment: Assessment) {
    done += 1
    erase()
    sink.write(row(report, assessment) + "\n")
    for words in details(report, assessment) { line("    " + words) }
    progress(report)
  }

  /// All trials are over.
  public func end(_ summary: Summary) {
    erase()
    for expectation in summary.outdated {
      line(
        "passes again: \(expectation.plugin) \(expectation.versions.text) \(expectation.caseID)"
          + " (line \(expectation.line) of the expectations: take it out)")
    }
    for (word, reports) in [("warned", summary.warned), ("FAILED", summary.failed)] {
      let (common, alone) = CommonFailure.parting(reports)
      for failure in common {
        line("\(word): \(failure.text)")
        line("    " + failure.reports.map(\.id).joined(separator: " "))
      }
      for report in alone { line("\(word): \(report.subject) \(report.id), version \(report.version)") }
    }
    line(summary.text)
  }

  private func row(_ report: CaseReport, _ assessment: Assessment) -> String {
    let cells = [
      paint(assessment, assessment.word, width: 8), pad(report.id, caseWidth), pad(report.subject, subjectWidth),
      pad(report.version, 5), pad("\(Int(report.milliseconds.rounded())) ms", 8),
      assessment.note(of: report).replacingControls(by: \.escaped),
    ]
    let text = cells.joined(separator: "  ")
    return String(text.dropLast(text.reversed().prefix { $0 == " " }.count))
  }

  /// What stands below a row: all of a failure; of what only warns, what was seen and how to see it again.
  private func details(_ report: CaseReport, _ assessment: Assessment) -> [String] {
    let failure = FailureText(report: report)
    switch assessment {
    case .failed: return failure.lines
    case .warned: return (failure.head + report.calls.suffix(4).map { "again: \($0.shellLine)" })
    case .passed, .skipped, .failedAsExpected, .passedUnexpectedly:
      return report.figures.map { "\($0.name): \(decimal($0.value))" }
    }
  }

  private func pad(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }

  private func paint(_ assessment: Assessment, _ text: String, width: Int) -> String {
    guard sink.isTerminal, let colour = assessment.colour else { return pad(text, width) }
    return "\u{1b}[\(colour)m\(text)\u{1b}[0m" + String(repeating: " ", count: max(0, width - text.count))
  }

  // What a plugin has said steers no terminal.
  private func line(_ text: String) { sink.write(text.replacingControls(by: \.escaped) + "\n") }

  private func progress(_ report: CaseReport?) {
    guard sink.isTerminal, done < planned else { return }
    let text = "[\(done)/\(planned)]" + (report.map { " \($0.subject) \($0.id)" } ?? "")
    sink.write(String(text.replacingControls(by: \.escaped).prefix(max(20, sink.columns - 1))))
  }

  private func erase() {
    if sink.isTerminal { sink.write("\r\u{1b}[K") }
  }
}
