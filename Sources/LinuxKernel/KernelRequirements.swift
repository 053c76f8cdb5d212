import CLinux
import Glibc
import SystemPackage

/// The system calls that Berth cannot do without.
public enum KernelRequirements {
  /// The first Linux that has them all.
  public static let minimum = "5.9"

  /// Throws ENOSYS that names what this kernel lacks and which one has it; EPERM where something, such as a container's
  /// seccomp filter, forbids a call. Nothing is changed.
  public static func check() throws(KernelError) {
    var system = utsname()
    let isKnown = uname(&system) == 0
    let release = withUnsafeBytes(of: &system.release) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    try check(release: isKnown ? release : "?") { clinux_probe($0.call) }
  }

  struct Requirement: Sendable {
    let call: clinux_call
    let name: String
    let since: String
  }

  static let all = [
    Requirement(call: CLINUX_CALL_PIDFD_OPEN, name: "pidfd_open", since: "5.3"),
    Requirement(call: CLINUX_CALL_OPENAT2, name: "openat2", since: "5.6"),
    Requirement(call: CLINUX_CALL_CLONE3, name: "clone3 with CLONE_INTO_CGROUP", since: "5.7"),
    Requirement(call: CLINUX_CALL_SETNS_PIDFD, name: "setns with a pidfd", since: "5.8"),
    Requirement(call: CLINUX_CALL_CLOSE_RANGE, name: "close_range", since: "5.9"),
  ]

  /// `probe` gives the errno by which a call is known to be missing, or 0.
  static func check(release: String, probe: (Requirement) -> CInt) throws(KernelError) {
    let outcomes = all.map { (requirement: $0, code: Errno(rawValue: probe($0))) }
    for code in [Errno.noFunction, .notPermitted] {
      let words = outcomes.filter { $0.code == code }.map {
        "\($0.requirement.name) (since Linux \($0.requirement.since))"
      }
      guard !words.isEmpty else { continue }
      throw KernelError(
        errno: code, operation: "use", subject: words.joined(separator: ", "),
        remedy: code == .noFunction
          ? "this is Linux \(release): \(minimum) or later is needed"
          : "Linux \(release) has it, but something forbids it: a container's seccomp filter, most likely")
    }
  }
}
