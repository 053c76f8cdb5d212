public import LinuxKernel

/// One call of a plugin, as an observer sees it: what, when, how long, and how it ended.
public struct PluginCallRecord: Sendable, Hashable {
  /// How a call ended.
  public enum Outcome: String, Sendable, Hashable, Codable {
    /// With success.
    case ok
    /// With an error.
    case failed
    /// Not in time; the plugin was killed.
    case timeout
    /// By the caller's cancellation; the plugin was killed.
    case cancelled
  }

  /// The plugin's type.
  public let plugin: String
  /// What served it: the path of an executable, or what an invoker of the caller's own calls itself. Nil where nothing was found.
  public let servedBy: String?
  /// The network's name; empty for VERSION.
  public let network: String
  /// What it was asked to do.
  public let verb: Verb
  /// The interface's name in the container; empty for the verbs without one.
  public let interfaceName: String
  /// When the call began.
  public let startedAt: SuspendingClock.Instant
  /// How long it took.
  public let duration: Duration
  /// How it ended.
  public let outcome: Outcome
  /// How the plugin's process ended, if it did by itself.
  public let exit: ExitStatus?
  /// The error, if there was one: a plugin's own, or what this library made of its answer.
  public let error: CNIError?
  /// Why the error leaves nothing owed, where it is an excused one of DEL.
  public let excuse: String?
  /// What the plugin wrote to standard error, bounded.
  public let stderr: String
  /// What the plugin was given; only when the runtime was told to keep contents.
  public let request: PluginRequest?
  /// What the plugin wrote to standard output; only when the runtime was told to keep contents.
  public let stdout: [UInt8]?
}
