import JSON

/// What GitHub's runners show beside a log: an annotation for each failure, and a job's summary in Markdown.
///
/// It goes along with another writer: the runner takes annotations from either stream of a step, and this one's sink must not be
/// where a machine reads the other's report.
public final class GitHubWriter: ReportWriter {
  /// A job's summary may have 1 MiB; what would go beyond this is left to the log.
  private static let mostSummary = 900 << 10

  private let commands: ReportSink
  private let page: ReportSink?
  private var evidence: [String] = []
  private var evidenceSize = 0
  private var leftOut = 0
  private var plan: RunPlan?

  /// A writer; `summary` is `$GITHUB_STEP_SUMMARY`, opened to be added to.
  public init(commands: ReportSink, summary: ReportSink?) {
    self.commands = commands
    page = summary
  }

  /// Nothing was tried yet.
  public func begin(_ plan: RunPlan) { self.plan = plan }

  /// One trial is over.
  public func add(_ report: CaseReport, _ assessment: Assessment) {
    switch assessment {
    case .failed: annotate("error", report)
    case .warned: annotate("warning", report)
    case .passed, .skipped, .failedAsExpected, .passedUnexpectedly: return
    }
    let title = "\(assessment.word): \(report.subject) \(report.id), version \(report.version)"
    let text = Markdown.details(title, FailureText(report: report).lines)
    guard evidenceSize + text.utf8.count <= Self.mostSummary else {
      leftOut += 1
      return
    }
    evidence.append(text)
    evidenceSize += text.utf8.count
  }

  /// All trials are over.
  public func end(_ summary: Summary) {
    for expectation in summary.outdated {
      let subject = "\(expectation.plugin) \(expectation.versions.text) \(expectation.caseID)"
      command("notice", title: "CNI conformance: passes again", "\(subject): take the expectation out")
    }
    guard let page else { return }
    page.write("## CNI conformance\n\n\(Markdown.escaped(summary.text)).\n\n")
    for network in plan?.networks ?? [] {
      let plugins = network.plugins.map { "\($0.type) \($0.release ?? "")" }.joined(separator: ", ")
      page.write("- \(Markdown.escaped("network \(network.name), version \(network.version): \(plugins)"))\n")
    }
    for failure in CommonFailure.parting(summary.failed + summary.warned).common {
      page.write("- \(Markdown.escaped(failure.text.beginning(500)))\n")
    }
    let rows = summary.failed.map { ("failed", $0) } + summary.warned.map { ("warned", $0) }
    if !rows.isEmpty { page.write("\n| | plugin | case | version | seen |\n|---|---|---|---|---|\n") }
    for (word, report) in rows.prefix(200) {
      let cells = [word, report.subject, report.id, report.version, Self.seen(report).beginning(300)]
      page.write("| " + cells.map(Markdown.escaped).joined(separator: " | ") + " |\n")
    }
    page.write("\n")
    for text in evidence { page.write(text) }
    if leftOut > 0 { page.write("\nThe calls of \(leftOut) more failures are in the log.\n") }
  }

  private func annotate(_ kind: String, _ report: CaseReport) {
    let again = report.calls.last.map { "\nagain: \($0.shellLine)" } ?? ""
    command(
      kind, title: "\(report.subject) \(report.id) (\(report.weight.rawValue.uppercased()))",
      "\(report.expectation)\nseen: \(Self.seen(report))".beginning(4000) + again.beginning(4000))
  }

  private static func seen(_ report: CaseReport) -> String {
    if case .failed(let violations) = report.verdict { violations.joined(separator: "; ") } else { "" }
  }

  private func command(_ kind: String, title: String, _ message: String) {
    commands.write("::\(kind) title=\(Self.escaped(title, isProperty: true))::\(Self.escaped(message))\n")
  }

  /// A workflow command is one line; `,` and `:` part its properties.
  private static func escaped(_ text: String, isProperty: Bool = false) -> String {
    text.unicodeScalars.map { scalar in
      switch scalar {
      case "%": "%25"
      case "\r": "%0D"
      case "\n": "%0A"
      case ":" where isProperty: "%3A"
      case "," where isProperty: "%2C"
      default: scalar.isControl ? scalar.escaped : String(scalar)
      }
    }.joined()
  }
}
