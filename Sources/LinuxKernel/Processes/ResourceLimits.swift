public import Glibc

/// Limits of this process.
public enum ResourceLimits {
  /// Raises the soft limit of open files to the hard one and returns both as they were, for the processes started later.
  public static func raiseOpenFiles() throws(KernelError) -> rlimit {
    var old = rlimit()
    try retrying("read", "RLIMIT_NOFILE") { getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &old) }
    var raised = rlimit(rlim_cur: old.rlim_max, rlim_max: old.rlim_max)
    try retrying("raise", "RLIMIT_NOFILE to \(old.rlim_max)") {
      setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &raised)
    }
    return old
  }
}
