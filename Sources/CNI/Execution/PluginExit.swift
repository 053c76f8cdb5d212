/// How a plugin's process ended.
public enum PluginExit: Sendable, Hashable, Codable, CustomStringConvertible {
  /// It exited with this status.
  case exited(Int32)
  /// It was ended by this signal.
  case signalled(Int32)

  /// Whether it exited with status 0.
  public var isSuccess: Bool { self == .exited(0) }

  /// `exit status 1`, `signal: killed`: the words of Go's os/exec, which libcni's messages end with.
  public var description: String {
    switch self {
    case .exited(let status): "exit status \(status)"
    case .signalled(let signal): "signal: \(PluginExit.names[signal] ?? String(signal))"
    }
  }

  private static let names: [Int32: String] = [
    1: "hangup", 2: "interrupt", 3: "quit", 4: "illegal instruction", 5: "trace/breakpoint trap", 6: "aborted",
    7: "bus error", 8: "floating point exception", 9: "killed", 11: "segmentation fault", 13: "broken pipe",
    14: "alarm clock", 15: "terminated",
  ]
}
