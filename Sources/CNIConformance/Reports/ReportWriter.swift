/// Writes what comes of a run, as it comes, in one form.
///
/// The one who runs the cases calls ``begin(_:)`` once, ``add(_:_:)`` for each trial that is over, in any order of subjects, and
/// ``end(_:)`` once, all from one thread. A writer knows nothing of the one who runs, and writes to its ``ReportSink`` alone.
public protocol ReportWriter: AnyObject {
  /// Nothing was tried yet.
  func begin(_ plan: RunPlan)
  /// One trial is over.
  func add(_ report: CaseReport, _ assessment: Assessment)
  /// All trials are over.
  func end(_ summary: Summary)
}
