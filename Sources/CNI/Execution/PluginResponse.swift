public import LinuxKernel

/// What came of calling a plugin.
public struct PluginResponse: Sendable, Hashable {
  /// How the call ended.
  public enum Outcome: Sendable, Hashable {
    /// The plugin ended by itself.
    case ended(ExitStatus)
    /// It did not end within this time and was killed.
    case timedOut(Duration)
    /// The caller was cancelled and the plugin was killed.
    case cancelled
    /// It could not be started, or the caller was cancelled before; nothing of it ever ran. The text says why.
    case notStarted(String)
    /// It could not be talked to or broke a bound, and was killed; the text says what happened.
    case failed(String)
  }

  /// How the call ended.
  public var outcome: Outcome
  /// What it wrote to standard output.
  public var stdout: [UInt8]
  /// What it wrote to standard error, bounded; invalid UTF-8 repaired.
  public var stderr: String
  /// What went wrong when the plugin's processes were ended, if anything; they may still run.
  public var leftover: String?

  /// A response.
  public init(_ outcome: Outcome, stdout: [UInt8] = [], stderr: String = "", leftover: String? = nil) {
    self.outcome = outcome
    self.stdout = stdout
    self.stderr = stderr
    self.leftover = leftover
  }

  /// Whether anything of the plugin ran.
  public var wasStarted: Bool {
    if case .notStarted = outcome { false } else { true }
  }

  /// A plugin that exited with this status after printing this.
  public static func exited(_ status: Int32, stdout: String = "", stderr: String = "") -> PluginResponse {
    PluginResponse(.ended(.exited(status)), stdout: Array(stdout.utf8), stderr: stderr)
  }
}
