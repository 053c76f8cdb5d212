import CLinux

/// Whether this process may be traced and leave a core file.
public enum Dumpable {
  /// Says no, for good: the memory holds what plugins are given, and children that have not yet executed share it.
  ///
  /// From then on the files below `/proc/<pid>` belong to root.
  public static func disable() {
    let result = clinux_clear_dumpable()
    precondition(result == 0, "PR_SET_DUMPABLE 0 is always allowed")
  }
}
