import JSON

/// Tells, at the end of a run, what has changed since an earlier one; it goes along with another writer.
public final class ComparisonWriter: ReportWriter {
  private let sink: ReportSink
  private var comparison: Comparison

  /// A writer.
  public init(_ comparison: Comparison, to sink: ReportSink) {
    self.comparison = comparison
    self.sink = sink
  }

  /// Nothing was tried yet.
  public func begin(_ plan: RunPlan) {}

  /// One trial is over.
  public func add(_ report: CaseReport, _ assessment: Assessment) { comparison.add(report) }

  /// All trials are over.
  public func end(_ summary: Summary) {
    for line in comparison.lines { sink.write(line.replacingControls(by: \.escaped) + "\n") }
  }
}
