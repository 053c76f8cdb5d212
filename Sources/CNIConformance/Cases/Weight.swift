/// How much a case's failure says.
public enum Weight: String, Sendable, Hashable, CaseIterable {
  /// The specification says MUST, or no runtime can do without it: a failure fails the run.
  case must
  /// The specification says SHOULD, or all peers do it: a failure warns; under `--strict` it fails the run.
  case should
  /// What a user would wish: a failure warns, and never fails the run, unless under `--strict`.
  case quality
}
