/// What a trial's verdict means for the run, by the case's weight and by what is expected to fail.
public enum Assessment: Sendable, Hashable {
  /// As it should be.
  case passed
  /// The run fails.
  case failed
  /// It failed, and that is only told.
  case warned
  /// The case says nothing about this subject.
  case skipped
  /// It failed as this expectation says.
  case failedAsExpected(Expectation)
  /// It passed, though this expectation says that it fails.
  case passedUnexpectedly(Expectation)
}
