/// The forms that a report can be asked for in.
public enum ReportFormat: String, Sendable, CaseIterable {
  /// For people.
  case text
  /// Test Anything Protocol, version 14.
  case tap
  /// JUnit's XML.
  case junit
  /// A line of JSON a trial.
  case jsonl

  /// A writer of this form.
  public func writer(to sink: ReportSink) -> any ReportWriter {
    switch self {
    case .text: TextWriter(sink)
    case .tap: TAPWriter(sink)
    case .junit: JUnitWriter(sink)
    case .jsonl: JSONLinesWriter(sink)
    }
  }
}
