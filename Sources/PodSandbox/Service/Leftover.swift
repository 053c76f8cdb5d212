/// Something of a sandbox that could not be cleaned up, whose it is, and why.
public struct Leftover: Sendable, Hashable {
  /// Why it is still there.
  public enum Kind: String, Sendable, Codable {
    /// A run, a stop or a remove could not undo all; another remove tries again.
    case sandbox
    /// Removed by force: its networks' DEL is owed, and is tried again by itself.
    case owed
    /// Its record cannot be used; gc clears it away.
    case quarantined
  }

  /// Why it is still there.
  public let kind: Kind
  /// The sandbox.
  public let sandboxID: String
  /// The pod's name, `name_namespace_uid_attempt`; empty when the record does not tell.
  public let name: String
  /// The steps that could not be undone, or that wait for one that could not.
  public let steps: [StepReport]
  /// Why, in the words of the plugin, the kernel or the reader of the record.
  public let reason: String
  /// Since when, in nanoseconds since the epoch; 0 when the record does not tell.
  public let since: Int64
  /// How often an owed DEL was tried by this daemon.
  public let attempts: Int
  /// When an owed DEL is tried next, in nanoseconds since the epoch.
  public let nextAttempt: Int64?
}
