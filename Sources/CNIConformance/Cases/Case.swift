/// One thing that is expected of a plugin, and the trial that shows it.
///
/// A case is told by its id, the same in every release: `LEVEL/NAME`, in lower case with dashes. It runs in namespaces of its
/// own, once for each subject that it can be tried on, and knows nothing of other cases.
public struct Case: Sendable {
  /// `LEVEL/NAME`.
  public let id: String
  /// The part of the id before the slash.
  public let level: Level
  /// How much its failure says.
  public let weight: Weight
  /// What is expected, in one sentence.
  public let expectation: String
  /// What it stands on: the section of the specification, or the reference behaviour.
  public let basis: String
  /// What it can be tried on.
  public let subjects: SubjectKinds
  let body: @Sendable (Trial) throws -> Void

  /// A case; its body notes violations in the trial, or throws what ends it.
  init(
    _ level: Level, _ name: String, _ weight: Weight, _ expectation: String, basis: String,
    on subjects: SubjectKinds = .plugins, _ body: @escaping @Sendable (Trial) throws -> Void
  ) {
    id = "\(level.rawValue)/\(name)"
    self.level = level
    self.weight = weight
    self.expectation = expectation
    self.basis = basis
    self.subjects = subjects
    self.body = body
  }
}
