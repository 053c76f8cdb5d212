import CNI

/// What came of one case on one subject: a line of a report, and what a trial's process tells the one that waits for it.
public struct CaseReport: Sendable, Hashable {
  /// The case's id.
  public let id: String
  /// Its level.
  public let level: Level
  /// Its weight.
  public let weight: Weight
  /// What is expected.
  public let expectation: String
  /// What that stands on.
  public let basis: String
  /// The subject's name: a plugin's type, or the types of a chain.
  public let subject: String
  /// The network's name.
  public let network: String
  /// The version of the specification that the plugins were asked in.
  public let version: String
  /// What came of it.
  public let verdict: Verdict
  /// How long the trial took.
  public let milliseconds: Double
  /// The calls that were made, in their order.
  public let calls: [CallEvidence]
  /// What was measured.
  public let figures: [Figure]

  /// A report.
  public init(
    _ tried: Case, subject: Subject, verdict: Verdict, milliseconds: Double, calls: [CallEvidence], figures: [Figure]
  ) {
    id = tried.id
    level = tried.level
    weight = tried.weight
    expectation = tried.expectation
    basis = tried.basis
    self.subject = subject.name
    network = subject.list.name
    version = subject.version
    self.verdict = verdict
    self.milliseconds = milliseconds
    self.calls = calls
    self.figures = figures
  }

  init(
    id: String, level: Level, weight: Weight, expectation: String, basis: String, subject: String, network: String,
    version: String, verdict: Verdict, milliseconds: Double, calls: [CallEvidence], figures: [Figure]
  ) {
    self.id = id
    self.level = level
    self.weight = weight
    self.expectation = expectation
    self.basis = basis
    self.subject = subject
    self.network = network
    self.version = version
    self.verdict = verdict
    self.milliseconds = milliseconds
    self.calls = calls
    self.figures = figures
  }
}
