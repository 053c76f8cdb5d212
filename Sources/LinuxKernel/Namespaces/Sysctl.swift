import CLinux
import Glibc
import SystemPackage

/// Kernel parameters of namespaces.
public enum Sysctl {
  /// True when the parameter belongs to a namespace the pod has of its own: `net.*` to the network's; `kernel.shm*`,
  /// `kernel.msg*`, `kernel.sem` and `fs.mqueue.*` to the IPC's. The same ones as in CRI's other runtimes.
  ///
  /// Dots and slashes both separate, as with sysctl(8).
  public static func isNamespaced(_ name: String, network: Bool, ipc: Bool) -> Bool {
    guard let path = path(of: name) else { return false }
    if path.hasPrefix("net/") { return network }
    let isIPC =
      path == "kernel/sem" || path.hasPrefix("kernel/shm") || path.hasPrefix("kernel/msg")
      || path.hasPrefix("fs/mqueue/")
    return isIPC && ipc
  }

  /// Writes one parameter in the calling thread's namespaces.
  ///
  /// ENOENT tells whether the kernel has no such parameter or the host alone; EROFS means that nothing can be set here. The
  /// name cannot lead out of `/proc/sys`: no empty or dot components, letters, digits, `_`, `-` and separators only,
  /// and no link is followed. The value is one line.
  public static func write(_ name: String, _ value: String) throws(KernelError) {
    do throws(KernelError) { try put(name, value) } catch { throw advised(error, name) }
  }

  private static func put(_ name: String, _ value: String) throws(KernelError) {
    guard let path = path(of: name) else {
      throw KernelError(
        errno: .invalidArgument, operation: "set sysctl", subject: name, remedy: "not a parameter's name")
    }
    guard !value.utf8.contains(where: { $0 == 0 || $0 == UInt8(ascii: "\n") }) else {
      throw KernelError(
        errno: .invalidArgument, operation: "set sysctl", subject: name, remedy: "the value is one line")
    }
    let root = try OwnedDescriptor.open("/proc/sys", O_RDONLY | O_DIRECTORY)
    let raw = root.raw
    let file = OwnedDescriptor(
      try retrying("set sysctl", name) { clinux_open_without_links(raw, path, CLINUX_OPEN_WRITE, true) })
    let fileRaw = file.raw
    let bytes = Array(value.utf8)
    try retrying("set sysctl", "\(name) = \(value)") { Glibc.write(fileRaw, bytes, bytes.count) }
  }

  /// To be called as root: it looks from a thread that must be able to change its namespaces.
  static func advised(_ error: KernelError, _ name: String) -> KernelError {
    switch error.errno {
    case .noSuchFileOrDirectory: path(of: name).map { error.advising(absence(of: $0)) } ?? error
    case .readOnlyFileSystem: error.advising("/proc/sys is mounted read-only here")
    default: error
    }
  }

  /// Why the calling thread's namespaces do not have a parameter: what concerns the whole machine only the first
  /// namespace has.
  private static func absence(of path: String) -> String {
    let found = Handoff<Bool>()
    do throws(KernelError) {
      try DedicatedThread.start(name: "berth-sysctl") {
        let home = try? Home.shared.get()
        home?.enter()
        found.give(home != nil && access("/proc/sys/" + path, F_OK) == 0)
      }
    } catch {
      // Without a thread to look from it stays unknown, as where the kernel has none.
      found.give(false)
    }
    let isAtHome = found.take()
    guard isAtHome else { return "this kernel has no such parameter" }
    let kind = path.hasPrefix("net/") ? "a network namespace" : "an IPC namespace"
    return "only the host has this parameter, \(kind) of its own does not"
  }

  /// Writes parameters in the process' network, IPC and UTS namespaces, on the calling thread, which then comes home: a plain
  /// thread of the caller's own.
  ///
  /// Whether they belong to a namespace of the process' own is the caller's to check: see ``isNamespaced(_:network:ipc:)``.
  /// `user` is who root is there: later kernels (Linux 6.18) let nobody else set what an IPC namespace has.
  public static func write(
    _ settings: [(name: String, value: String)], inside process: ProcessHandle, as user: UInt32 = 0
  ) throws(KernelError) {
    let home = try Home.shared.get()
    try retrying("enter the namespaces of", "process \(process.identity.pid)") {
      clinux_enter_process_namespaces(process.pidfd, true, true, true, false)
    }
    defer { home.enter() }
    for (name, value) in settings {
      do throws(KernelError) { try put(name, value, as: user) } catch { throw advised(error, name) }
    }
  }

  private static func put(_ name: String, _ value: String, as user: UInt32) throws(KernelError) {
    guard user != 0 else { return try put(name, value) }
    try retrying("become", "user \(user)") { clinux_set_thread_user(user) }
    defer {
      // The saved user is still root: only want of memory can keep the thread from becoming it again.
      while clinux_set_thread_user(0) != 0 { usleep(1000) }
      // A change of user sets what fs.suid_dumpable says, for the whole process.
      Dumpable.disable()
    }
    try put(name, value)
  }

  /// The path below `/proc/sys`. As with sysctl(8), the first separator decides: after a dot, a slash stands for a dot.
  package static func path(of name: String) -> String? {
    guard let first = name.first(where: { $0 == "." || $0 == "/" }) else { return nil }
    let path = first == "/" ? name : String(name.map { $0 == "." ? "/" : $0 == "/" ? "." : $0 })
    let isSafe = path.split(separator: "/", omittingEmptySubsequences: false).allSatisfy { component in
      !component.isEmpty && !component.hasPrefix(".")
        && component.utf8.allSatisfy { byte in
          switch byte {
          case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "."):
            true
          default: false
          }
        }
    }
    return isSafe ? path : nil
  }
}
