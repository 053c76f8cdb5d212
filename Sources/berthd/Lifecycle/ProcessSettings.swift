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
        "berthd makes namespaces, cgroups and mounts and must run as root; start it with sudo or by systemd")
    }
  }

  /// The group's number; `nil` when there is no such group.
  static func group(named name: String) -> UInt32? {
    guard !name.isEmpty else { return nil }
    var entry = Glibc.group()
    var found: UnsafeMutablePointer<Glibc.group>?
    return withUnsafeTemporaryAllocation(of: CChar.self, capacity: 1 << 16) { buffer in
      guard getgrnam_r(name, &entry, buffer.baseAddress, buffer.count, &found) == 0, found != nil else { return nil }
      return entry.gr_gid
    }
  }
}
