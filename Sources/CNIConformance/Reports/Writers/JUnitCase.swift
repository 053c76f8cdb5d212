/// One trial as an element of a report for JUnit's readers.
struct JUnitCase {
  /// The element, with its line's end.
  let text: String

  init(_ report: CaseReport, _ assessment: Assessment) {
    let head =
      "    <testcase name=\"\(XML.attribute(report.id))\" classname=\"\(XML.attribute(report.subject))\""
      + " time=\"\(decimal(report.milliseconds / 1000))\""
    let content = Self.content(report, assessment)
    text = content.isEmpty ? head + "/>\n" : head + ">\n" + content + "    </testcase>\n"
  }

  private static func content(_ report: CaseReport, _ assessment: Assessment) -> String {
    let figures = report.figures.map { "\($0.name): \(decimal($0.value))" }
    let evidence = FailureText(report: report).lines
    switch assessment {
    case .passed: return output(figures)
    case .failed:
      let kind = XML.attribute(report.weight.rawValue)
      let message = XML.attribute(violations(report))
      let text = XML.text(evidence.joined(separator: "\n"))
      return "      <failure message=\"\(message)\" type=\"\(kind)\">\(text)</failure>\n" + output(figures)
    case .warned:
      return skipped("\(report.weight.rawValue.uppercased()), which only warns: \(violations(report))")
        + output(evidence + figures)
    case .skipped: return skipped(assessment.note(of: report))
    case .failedAsExpected(let known):
      return skipped("fails as expected: \(known.reason)") + output(evidence + figures)
    case .passedUnexpectedly: return output([assessment.note(of: report)] + figures)
    }
  }

  private static func violations(_ report: CaseReport) -> String {
    if case .failed(let violations) = report.verdict { violations.joined(separator: "; ") } else { "" }
  }

  private static func skipped(_ why: String) -> String { "      <skipped message=\"\(XML.attribute(why))\"/>\n" }

  private static func output(_ lines: [String]) -> String {
    lines.isEmpty ? "" : "      <system-out>\(XML.text(lines.joined(separator: "\n")))</system-out>\n"
  }
}
