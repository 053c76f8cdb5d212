import Glibc

/// What SIGCHLD does in this process.
public enum ChildSignal {
  /// Sets the default back, for good: a parent that ignores the signal passes that on, and the kernel then reaps every child
  /// itself, whose exit status nobody learns.
  ///
  /// To be called before the first child is started.
  public static func setDefault() { signal(SIGCHLD, SIG_DFL) }
}
