/// What came of a run.
public struct Summary: Sendable, Hashable {
  /// What failed the run, in order.
  public var failed: [CaseReport] = []
  /// What failed and is only told, in order.
  public var warned: [CaseReport] = []
  /// The number of trials that passed, those that were expected to fail among them.
  public var passed = 0
  /// The number of trials whose case says nothing about their subject.
  public var skipped = 0
  /// The number of trials that failed as expected.
  public var failedAsExpected = 0
  /// The expectations that nothing has failed by any more, though it was tried; in the order of their file.
  public var outdated: [Expectation] = []
  /// How long the run took.
  public var elapsed: Duration = .zero

  /// The number of trials.
  public var trials: Int { failed.count + warned.count + passed + skipped + failedAsExpected }
  /// The program's exit status: 0, or 1 where something failed the run.
  public var exitStatus: Int32 { failed.isEmpty ? 0 : 1 }
}
