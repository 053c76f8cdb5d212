/// What a run that succeeded gives: the sandbox, and what was asked for and is not done.
public struct RunOutcome: Sendable, Hashable {
  /// The sandbox's id.
  public let id: String
  /// A sentence for each thing that was asked for and is not done; bounded in number and bytes.
  public let warnings: [String]

  /// An outcome; `warnings` are kept as they are.
  public init(id: String, warnings: [String] = []) {
    self.id = id
    self.warnings = warnings
  }
}
