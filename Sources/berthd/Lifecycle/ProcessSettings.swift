import Glibc
import PodSandbox
import SystemPackage

/// What the daemon sets for its whole process before anything else.
enum ProcessSettings {
  /// Sets the file mode mask, ignores SIGPIPE and raises the limit of open files to the hard one.
  ///
  /// - Returns: The limit before, which plugins get.
  static func prepare() throws(StartError) -> SandboxServiceConfiguration.OpenFilesLimit {
    // Plugins inherit the mask, and make files and directories for others to read; what is the daemon's own says its mode.
    umask(0o022)
    signal(SIGPIPE, SIG_IGN)
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else {
      throw StartError("the limit of open files cannot be read: \(Errno(rawValue: errno))")
    }
    let before = SandboxServiceConfiguration.OpenFilesLimit(soft: UInt64(limit.rlim_cur), hard: UInt64(limit.rlim_max))
    limit.rlim_cur = limit.rlim_max
    guard setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else {
      throw StartError("the limit of open files cannot be raised to \(limit.rlim_max): \(Errno(rawValue: errno))")
    }
    return before
  }

  /// Refuses to run as anybody but root.
  static func requireRoot() throws(StartError) {
    guard geteuid() == 0 else {
      throw StartError(
        "it must run as root, for it makes namespaces, cgroups and mounts; start it with sudo or by systemd")
    }
  }
}
