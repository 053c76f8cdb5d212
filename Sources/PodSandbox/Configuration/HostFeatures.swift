import Glibc

/// What this host has, as far as it decides what a request can have.
///
/// A value, so that whatever depends on it is decided and tested without the host.
struct HostFeatures: Sendable, Hashable {
  /// Whether the kernel enforces or at least knows SELinux labels (selinuxfs is mounted).
  var hasSELinux = false
  /// The parameters that every pod gets without asking and that cannot be set here, each with the reason.
  var unsettableDefaults: [String: String] = [:]

  /// Looks: three calls of access(2). What it finds can change while the daemon runs (a remount), so it is asked a run.
  static func discover() -> HostFeatures {
    var features = HostFeatures()
    features.hasSELinux = access("/sys/fs/selinux/enforce", F_OK) == 0
    for (name, _) in LinuxConfiguration.defaultNetworkSysctls {
      let path = "/proc/sys/" + name.split(separator: ".").joined(separator: "/")
      guard access(path, W_OK) != 0 else { continue }
      features.unsettableDefaults[name] =
        switch errno {
        case EROFS: "/proc/sys is read-only here"
        case ENOENT: "this kernel has no such parameter"
        default: String(cString: strerror(errno))
        }
    }
    return features
  }
}
