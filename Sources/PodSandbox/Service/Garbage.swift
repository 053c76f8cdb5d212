/// What gc found of one sandbox that this daemon does not know any more, and what became of it.
public struct Garbage: Sendable, Hashable {
  /// The sandbox it once belonged to; empty where that cannot be known.
  public let sandboxID: String
  /// What was found: paths of namespaces, cgroups, directories, cache entries, reservations and records.
  public let found: [String]
  /// How the clean-up went, newest step first; empty in a dry run.
  public let undo: [StepReport]
  /// What could not be removed and why; `nil` when all is gone, and in a dry run.
  public let error: String?
}
