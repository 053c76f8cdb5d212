/// How a process ended.
public enum ExitStatus: Hashable, Codable, Sendable {
  /// It exited with this code.
  case exited(Int32)
  /// It was killed by this signal.
  case signalled(Int32)

  /// Whether it exited with code 0.
  public var isSuccess: Bool { self == .exited(0) }
}

extension ExitStatus: CustomStringConvertible {
  /// `exit status 1`, `signal: killed`: the words of Go's os/exec, which every container tool uses.
  public var description: String {
    switch self {
    case .exited(let status): "exit status \(status)"
    case .signalled(let signal): "signal: \(Self.names[signal] ?? String(signal))"
    }
  }

  private static let names: [Int32: String] = [
    1: "hangup", 2: "interrupt", 3: "quit", 4: "illegal instruction", 5: "trace/breakpoint trap", 6: "aborted",
    7: "bus error", 8: "floating point exception", 9: "killed", 11: "segmentation fault", 13: "broken pipe",
    14: "alarm clock", 15: "terminated",
  ]
}
