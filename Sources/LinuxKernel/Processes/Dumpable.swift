import CLinux

/// Whether this process may be traced and leave a core file.
public enum Dumpable {
  /// Says no, for good: starting a pause would say it anyway, since the child gives up its user on shared memory.
  ///
  /// From then on the files below `/proc/<pid>` belong to root.
  public static func disable() {
    let result = clinux_clear_dumpable()
    precondition(result == 0, "PR_SET_DUMPABLE 0 is always allowed")
  }
}
