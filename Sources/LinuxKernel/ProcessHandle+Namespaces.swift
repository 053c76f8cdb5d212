import CLinux

extension ProcessHandle {
  /// Runs the closure in these namespaces of the process, on a thread of its own, while the caller waits (setns with a
  /// pidfd). A PID namespace would hold only for children and is not entered.
  ///
  /// Throws what the closure throws, or a ``KernelError``. Needs CAP_SYS_ADMIN.
  public func run<T: ~Copyable>(inside namespaces: PauseNamespaces, _ body: () throws -> T) throws -> T {
    try NetworkNamespace.onThread(name: "berth-in-ns") {
      try retrying("enter the namespaces of", "process \(identity.pid)") {
        clinux_enter_process_namespaces(
          pidfd, namespaces.contains(.network), namespaces.contains(.ipc), namespaces.contains(.uts), false)
      }
      return try body()
    }
  }
}
