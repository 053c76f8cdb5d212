import CLinux
import Glibc

extension NetworkNamespace {
  /// Runs the closure in the network namespace mounted on the file, on a thread of its own, while the caller waits.
  ///
  /// A netlink socket opened in the closure stays in that namespace. Throws what the closure throws, or a ``KernelError``.
  /// Needs CAP_SYS_ADMIN.
  public static func run<T: ~Copyable>(inside path: String, _ body: () throws -> T) throws -> T {
    try run(inside: OwnedDescriptor.open(path, O_RDONLY), subject: path, body)
  }

  /// Runs the closure in the process' network namespace; see ``run(inside:_:)-(String,_)``.
  public static func run<T: ~Copyable>(inside process: ProcessHandle, _ body: () throws -> T) throws -> T {
    try onThread(name: "berth-in-netns") {
      try retrying("enter the network namespace of", "process \(process.identity.pid)") {
        clinux_enter_process_namespaces(process.pidfd, true, false, false, false)
      }
      return try body()
    }
  }

  private static func run<T: ~Copyable>(
    inside namespace: consuming OwnedDescriptor, subject: String, _ body: () throws -> T
  ) throws -> T {
    let raw = namespace.raw
    return try onThread(name: "berth-in-netns") {
      try retrying("enter network namespace", subject) { clinux_enter_network_namespace(raw) }
      return try body()
    }
  }

  /// Runs the closure, which may change its thread's namespaces, while the caller waits: on a thread of its own, or on an
  /// ``OperationThread`` right there, which then goes home.
  static func onThread<T: ~Copyable, E: Error>(
    name: StaticString, _ body: () throws(E) -> T
  ) throws -> T {
    if OperationThread.isCurrent, let home {
      defer { goHome(home) }
      return try body()
    }
    var result: T?
    var failure: E?
    try DedicatedThread.runBlocking(name: name) {
      do throws(E) { result = try body() } catch { failure = error }
    }
    if let failure { throw failure }
    guard let result = result.take() else { preconditionFailure("a closure returns or throws") }
    return result
  }

  /// The same for closures whose only error is the kernel's.
  static func onThread(name: StaticString, _ body: () throws(KernelError) -> Void) throws(KernelError) {
    if OperationThread.isCurrent, let home {
      defer { goHome(home) }
      return try body()
    }
    var failure: KernelError?
    try DedicatedThread.runBlocking(name: name) {
      do throws(KernelError) { try body() } catch { failure = error }
    }
    if let failure { throw failure }
  }

  /// This process, whose first thread never leaves its namespaces; `nil` when there was no descriptor for it.
  private static let home: SharedDescriptor? = {
    let raw = clinux_pidfd_open(getpid())
    return raw < 0 ? nil : SharedDescriptor(OwnedDescriptor(raw))
  }()

  /// Nothing else may happen on the thread before it is back; only want of memory can keep it for a while.
  private static func goHome(_ home: SharedDescriptor) {
    while clinux_enter_process_namespaces(home.raw, true, true, true, false) != 0 { usleep(1000) }
  }
}
