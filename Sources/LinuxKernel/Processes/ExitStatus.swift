/// How a process ended.
public enum ExitStatus: Hashable, Sendable {
  /// It exited with this code.
  case exited(Int32)
  /// It was killed by this signal.
  case signalled(Int32)
}
