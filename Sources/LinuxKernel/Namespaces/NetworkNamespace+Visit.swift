import CLinux
import Glibc
import SystemPackage

extension NetworkNamespace {
  /// Runs the closure in the network namespace mounted on the file, on the calling thread, which then comes home.
  ///
  /// The thread must be a plain one of the caller's own, never one of a pool. A netlink socket opened in the closure stays in
  /// that namespace. Throws what the closure throws, or a ``KernelError``. Needs CAP_SYS_ADMIN.
  public static func visit<T: ~Copyable>(_ path: String, _ body: () throws -> T) throws -> T {
    let namespace = try OwnedDescriptor.open(path, O_RDONLY)
    return try visit {
      try retrying("enter network namespace", path) { clinux_enter_network_namespace(namespace.raw) }
    } then: {
      try body()
    }
  }

  /// Runs the closure in the process' network namespace; see ``visit(_:_:)-(String,_)``.
  public static func visit<T: ~Copyable>(_ process: ProcessHandle, _ body: () throws -> T) throws -> T {
    try visit {
      try retrying("enter the network namespace of", "process \(process.identity.pid)") {
        clinux_enter_process_namespaces(process.pidfd, true, false, false, false)
      }
    } then: {
      try body()
    }
  }

  /// Whether the namespace mounted on the file has an interface of this name; false when there is no namespace.
  ///
  /// On the calling thread, as ``visit(_:_:)-(String,_)``. True where a namespace is there and cannot be looked into: what is
  /// not known to be gone may be there.
  package static func hasInterface(_ name: String, at path: String) -> Bool {
    guard isPinned(path) else { return false }
    do {
      return try visit(path) { if_nametoindex(name) != 0 || errno != ENODEV }
    } catch {
      return isPinned(path)
    }
  }

  private static func visit<T: ~Copyable>(_ enter: () throws -> Void, then body: () throws -> T) throws -> T {
    let home = try Home.shared.get()
    try enter()
    defer { home.enter() }
    return try body()
  }
}

/// The namespaces of this process' first thread, which never leaves them.
struct Home: Sendable {
  static let shared = Result { () throws(KernelError) -> Home in
    Home(
      process: SharedDescriptor(OwnedDescriptor(try retrying("open", "this process") { clinux_pidfd_open(getpid()) })))
  }

  private let process: SharedDescriptor

  /// Nothing else may happen on the thread before it is back: want of memory keeps it for a while, and with anything else the
  /// process ends, rather than work in a pod's namespaces.
  func enter() {
    while clinux_enter_process_namespaces(process.raw, true, true, true, false) != 0 {
      precondition(errno == ENOMEM, "a thread cannot leave a pod's namespaces: \(Errno(rawValue: errno))")
      usleep(1000)
    }
  }
}
