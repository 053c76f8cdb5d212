/// A report in the XML that JUnit's Ant task began and CI systems read: a test suite for each subject of each network.
///
/// What fails without failing the run is `skipped`, with the reason and the evidence: the format knows nothing in between.
/// It has the sums in front, so nothing is written before the end.
public final class JUnitWriter: ReportWriter {
  private struct Suite {
    let name: String
    let properties: [(String, String)]
    var cases: [String] = []
    var failures = 0
    var skipped = 0
    var milliseconds = 0.0
  }

  private let sink: ReportSink
  private let timestamp: String
  private var plan: RunPlan?
  private var suites: [Suite] = []
  private var places: [String: Int] = [:]

  /// A writer; the time is that of the run's beginning, `2026-11-27T06:50:29`.
  public init(_ sink: ReportSink, timestamp: String = JUnitWriter.now()) {
    self.sink = sink
    self.timestamp = timestamp
  }

  /// Nothing was tried yet.
  public func begin(_ plan: RunPlan) { self.plan = plan }

  /// One trial is over.
  public func add(_ report: CaseReport, _ assessment: Assessment) {
    let place = suite(of: report)
    suites[place].milliseconds += report.milliseconds
    switch assessment {
    case .failed: suites[place].failures += 1
    case .warned, .skipped, .failedAsExpected: suites[place].skipped += 1
    case .passed, .passedUnexpectedly: break
    }
    suites[place].cases.append(JUnitCase(report, assessment).text)
  }

  /// All trials are over.
  public func end(_ summary: Summary) {
    let sums = attributes(
      tests: summary.trials, failures: summary.failed.count, skipped: suites.reduce(0) { $0 + $1.skipped },
      milliseconds: suites.reduce(0) { $0 + $1.milliseconds })
    sink.write("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"CNI conformance\"\(sums)>\n")
    for suite in suites { write(suite) }
    sink.write("</testsuites>\n")
  }

  private func suite(of report: CaseReport) -> Int {
    let name = "\(report.subject) (network \(report.network), version \(report.version))"
    if let place = places[name] { return place }
    let network = plan?.networks.first { $0.name == report.network && $0.version == report.version }
    let types = Set(report.subject.split(separator: "+").map(String.init))
    let plugins = (network?.plugins ?? []).filter { types.contains($0.type) }
    suites.append(
      Suite(
        name: name,
        properties: [
          ("suite", "berth-conformance \(plan?.suiteVersion ?? "")"), ("seed", "\(plan?.seed ?? 0)"),
          ("network", report.network), ("cniVersion", report.version),
        ]
          + plugins.flatMap {
            [
              ("plugin.\($0.type).executable", $0.executable),
              ("plugin.\($0.type).release", $0.release ?? "unknown"),
              ("plugin.\($0.type).specifications", $0.specifications.joined(separator: " ")),
            ]
          }))
    places[name] = suites.count - 1
    return suites.count - 1
  }

  private func write(_ suite: Suite) {
    let sums = attributes(
      tests: suite.cases.count, failures: suite.failures, skipped: suite.skipped, milliseconds: suite.milliseconds)
    sink.write("  <testsuite name=\"\(XML.attribute(suite.name))\"\(sums) timestamp=\"\(timestamp)\">\n")
    sink.write("    <properties>\n")
    for (name, value) in suite.properties {
      sink.write("      <property name=\"\(XML.attribute(name))\" value=\"\(XML.attribute(value))\"/>\n")
    }
    sink.write("    </properties>\n")
    for text in suite.cases { sink.write(text) }
    sink.write("  </testsuite>\n")
  }

  private func attributes(tests: Int, failures: Int, skipped: Int, milliseconds: Double) -> String {
    " tests=\"\(tests)\" failures=\"\(failures)\" errors=\"0\" skipped=\"\(skipped)\""
      + " time=\"\(decimal(milliseconds / 1000))\""
  }
}
