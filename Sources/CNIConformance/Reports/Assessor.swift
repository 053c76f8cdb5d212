/// Says what each verdict means for the run, and counts.
public struct Assessor: Sendable {
  private let strict: Bool
  private let expectations: [Expectation]
  private let releases: [String: String]
  private var summary = Summary()
  private var failing: Set<Int> = []
  private var passing: Set<Int> = []

  /// An assessor; `strict` makes a SHOULD count like a MUST, `releases` are the plugins' own versions (``RunPlan/releases``).
  public init(strict: Bool, expectations: [Expectation] = [], releases: [String: String] = [:]) {
    self.strict = strict
    self.expectations = expectations
    self.releases = releases
  }

  /// What a trial that is over means; it is counted.
  public mutating func assess(_ report: CaseReport) -> Assessment {
    let place = expectations.firstIndex { $0.covers(report, releases: releases) }
    let assessment: Assessment =
      switch (report.verdict, place) {
      case (.skipped, _): .skipped
      case (.passed, nil): .passed
      case (.passed, let place?): .passedUnexpectedly(expectations[place])
      case (.failed, let place?): .failedAsExpected(expectations[place])
      case (.failed, nil): strict || report.weight == .must ? .failed : .warned
      }
    switch assessment {
    case .passed: summary.passed += 1
    case .failed: summary.failed.append(report)
    case .warned: summary.warned.append(report)
    case .skipped: summary.skipped += 1
    case .failedAsExpected:
      summary.failedAsExpected += 1
      if let place { failing.insert(place) }
    case .passedUnexpectedly:
      summary.passed += 1
      if let place { passing.insert(place) }
    }
    return assessment
  }

  /// What came of all that was assessed.
  public func summary(elapsed: Duration) -> Summary {
    var summary = summary
    summary.elapsed = elapsed
    // One that failed in another version or on another subject of the run is still needed.
    summary.outdated = passing.subtracting(failing).sorted().map { expectations[$0] }
    return summary
  }
}
