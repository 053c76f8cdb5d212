import Glibc
import SystemPackage

/// A place where a debug build can be told to fail; in a release build there is nothing of it.
///
/// `BERTH_FAILPOINT=name=effect[@n]` in the environment arms one place, once: the nth time that it is passed (the first, if
/// no n is given). The effects: `error` throws EIO, `kill` ends the process as SIGKILL does, `hang` never returns.
public enum Failpoint {
  /// Passes the place; throws, kills or hangs when it is armed.
  @inline(__always)
  public static func pass(_ name: @autoclosure () -> String) throws(KernelError) {
    #if DEBUG
      try armed?.pass(name())
    #endif
  }

  #if DEBUG
    private static let armed = ArmedFailpoint(getenv("BERTH_FAILPOINT").map { String(cString: $0) } ?? "")
  #endif
}

#if DEBUG
  import Synchronization

  final class ArmedFailpoint: Sendable {
    enum Effect: String, Sendable { case error, kill, hang }

    private let name: String
    private let effect: Effect
    private let remaining: Atomic<Int>

    /// `nil` when the text arms nothing.
    init?(_ text: String) {
      let parts = text.split(separator: "=", maxSplits: 1)
      guard parts.count == 2 else { return nil }
      let how = parts[1].split(separator: "@", maxSplits: 1)
      guard let effect = how.first.flatMap({ Effect(rawValue: String($0)) }) else { return nil }
      name = String(parts[0])
      self.effect = effect
      remaining = Atomic(how.count == 2 ? Int(how[1]) ?? 1 : 1)
    }

    func pass(_ place: String) throws(KernelError) {
      guard place == name, remaining.subtract(1, ordering: .relaxed).newValue == 0 else { return }
      switch effect {
      case .error: throw KernelError(errno: .ioError, operation: "pass failpoint", subject: name)
      case .kill: kill(getpid(), SIGKILL)
      case .hang: break
      }
      while true { pause() }
    }
  }
#endif
