/// One operation on one sandbox, step by step and plugin call by plugin call.
///
/// Times are nanoseconds: `startedAt` since the epoch, all others as offsets from it on the monotonic clock.
public struct Trace: Sendable, Hashable, Codable {
  /// Which operation it was.
  public enum Operation: String, Sendable, Codable {
    case run = "RunPodSandbox"
    case stop = "StopPodSandbox"
    case remove = "RemovePodSandbox"
    case recovery = "Recovery"
  }

  /// How a step, a call or the whole ended.
  public enum Outcome: String, Sendable, Codable { case ok, failed, skipped, cancelled, timeout }

  /// Whether a step was done or undone.
  public enum Action: String, Sendable, Codable { case `do`, undo }

  /// One step's `do` or `undo`.
  public struct Step: Sendable, Hashable, Codable {
    /// The step.
    public let step: StepName
    /// Done or undone.
    public let action: Action
    /// How it ended.
    public var outcome: Outcome
    /// Why, unless it ended well.
    public var error: String?
    /// When it began.
    public let start: Int64
    /// How long it took.
    public var duration: Int64
    /// The plugins it called, in order.
    public var pluginCalls: [PluginCall]
    /// What was excused, left out or given up, a sentence each.
    public var notes: [String]
  }

  /// One call of one plugin.
  public struct PluginCall: Sendable, Hashable, Codable {
    /// The plugin's type.
    public let plugin: String
    /// The network list it belongs to.
    public let network: String
    /// The CNI command.
    public let verb: String
    /// `CNI_IFNAME`.
    public let interface: String
    /// When it began.
    public let start: Int64
    /// How long it took.
    public let duration: Int64
    /// How it ended.
    public let outcome: Outcome
    /// The exit status; `nil` when it did not exit by itself.
    public let exitStatus: Int32?
    /// CNI's error code, when there was an error.
    public let errorCode: Int?
    /// CNI's error text, when there was an error.
    public let errorMessage: String?
    /// CNI's error details, when there was an error.
    public let errorDetails: String?
    /// What it printed on stderr, shortened.
    public let stderr: String?
    /// Whether the daemon served it itself; `nil` is no.
    public let isNative: Bool?
  }

  /// The sandbox.
  public let sandboxID: String
  /// The operation.
  public let operation: Operation
  /// When it began, in nanoseconds since the epoch.
  public let startedAt: Int64
  /// How long it took.
  public var duration: Int64
  /// How it ended.
  public var outcome: Outcome
  /// Why it failed.
  public var error: String?
  /// The steps, in the order in which they ran.
  public var steps: [Step]
}

/// The steps of a run, in their order.
public enum StepName: String, Sendable, Hashable, Codable, CaseIterable {
  case writeIntent = "WriteIntent"
  case prepareFiles = "PrepareFiles"
  case createCgroup = "CreateCgroup"
  case startPause = "StartPause"
  case pinNetworkNamespace = "PinNetworkNamespace"
  case attachNetworks = "AttachNetworks"
  case commit = "Commit"
}

/// How one step's undo went.
public struct StepReport: Sendable, Hashable, Codable {
  /// `skipped`: it waits for another step's undo that failed. `forgiven`: it failed, and was written off by hand.
  public enum Outcome: String, Sendable, Codable { case ok, failed, skipped, forgiven }
  /// What an error is cut to, in bytes: a sandbox that cannot be cleaned up keeps it in memory.
  static let errorLimit = 16 << 10

  /// The step.
  public let step: StepName
  /// How its undo ended.
  public let outcome: Outcome
  /// What is left and why, unless it ended well.
  public let error: String?
  /// How long the undo took.
  public let milliseconds: Double
  /// The kind of failure, where it failed.
  public var code: SandboxError.Code?
}
