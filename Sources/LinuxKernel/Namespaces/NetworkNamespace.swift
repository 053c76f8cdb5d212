import CLinux
import Glibc
import SystemPackage

/// Network namespaces that are kept by a mount on a file, as `ip netns` keeps them.
public enum NetworkNamespace {
  /// How long somebody else's lock on the directory counts.
  private static let lockPatience = Duration.seconds(1)

  /// Makes the directory fit for pinned namespaces, as `ip netns` does: under a flock, unless it is a mount point already,
  /// it is bound on itself and made shared. Without that, the first `ip netns add` by anyone would leave mounts made before
  /// busy for ever.
  ///
  /// The lock is tried for a second, then it is done without: whoever may read the directory can hold it for ever.
  ///
  /// Idempotent; creates the directory (0755) where it is missing. Needs CAP_SYS_ADMIN.
  public static func prepareDirectory(_ path: String) throws(KernelError) {
    // Whoever visits a namespace must know the way home; better now than when descriptors are short.
    _ = try Home.shared.get()
    do throws(KernelError) {
      try Directories.create(path, mode: 0o755, adjustsExisting: false)
    } catch {
      throw error.advising("the directory of network namespaces must exist or be creatable: see --netns-dir")
    }
    let directory = try OwnedDescriptor.open(path, O_RDONLY | O_DIRECTORY)
    // Closing the descriptor releases the lock.
    try FileLock.tryFor(lockPatience, directory.raw, path)
    if try !Mounts.isMountPoint(path) {
      try Mounts.bind(path, path, recursive: true)
      do throws(KernelError) {
        try Mounts.makeShared(path)
      } catch {
        try Mounts.detach(path)
        throw error
      }
    }
    guard access(path, W_OK) == 0 else {
      throw KernelError.last("write to", path, remedy: "network namespaces are mounted here: see --netns-dir")
    }
  }

  /// Mounts the process' network namespace on the file, which is created for it.
  ///
  /// Fails with ESRCH when the process has exited. A file without a namespace on it is used; one with this very namespace
  /// is success, with another one EEXIST. On failure a file that was created is gone again. Needs CAP_SYS_ADMIN.
  public static func pin(process: ProcessHandle, at path: String) throws(KernelError) {
    let source = "/proc/\(process.identity.pid)/ns/net"
    let namespace: OwnedDescriptor
    do throws(KernelError) {
      namespace = try OwnedDescriptor.open(source, O_RDONLY)
    } catch {
      guard error.errno == .noSuchFileOrDirectory else { throw error }
      throw gone(process)
    }
    // Alive now means that the number was its own when the file was opened.
    guard !process.hasExited else { throw gone(process) }
    try pin(namespace: namespace.raw, at: path)
  }

  /// Mounts a network namespace that is held by a descriptor on the file; see ``pin(process:at:)``.
  public static func pin(_ namespace: SharedDescriptor, at path: String) throws(KernelError) {
    try pin(namespace: namespace.raw, at: path)
  }

  /// Makes a new network namespace, with nothing but a `lo` that is down, and mounts it on the file; see
  /// ``pin(process:at:)``. The calling thread, a plain one of the caller's own, visits it and comes home.
  public static func pinNew(at path: String) throws(KernelError) {
    let home = try Home.shared.get()
    defer { home.enter() }
    let namespace = try makeForThisThread()
    try pin(namespace: namespace.raw, at: path)
  }

  /// Moves the calling thread into a new network namespace.
  static func makeForThisThread() throws(KernelError) -> OwnedDescriptor {
    do throws(KernelError) {
      try retrying("create", "network namespace") { clinux_new_network_namespace() }
    } catch {
      throw error.errno == .noSpace ? error.advising("no more of them: see /proc/sys/user/max_net_namespaces") : error
    }
    return try .open("/proc/thread-self/ns/net", O_RDONLY)
  }

  /// Takes the namespace off the file and removes the file, always both; what is gone already is success. Idempotent.
  public static func unpin(_ path: String) throws(KernelError) {
    var failure: KernelError?
    do throws(KernelError) {
      // Somebody may have mounted over it again.
      while try Mounts.detachOne(path) {}
      try Failpoint.pass("unpin.middle")
    } catch {
      failure = error
    }
    try DurableFile.remove(path, durable: false)
    if let failure { throw failure }
  }

  /// What tells the namespace mounted on the file from every other one that exists now.
  public static func identity(of path: String) throws(KernelError) -> FileIdentity { try FileIdentity(of: path) }

  /// True when a namespace is mounted on the file; a missing file is none.
  public static func isPinned(_ path: String) -> Bool { clinux_mount_is_namespace(path) == 1 }

  private static func pin(namespace: CInt, at path: String) throws(KernelError) {
    let isNew = try createFile(path)
    if !isNew, isPinned(path) {
      let (there, wanted) = (try FileIdentity(of: path), try FileIdentity(of: namespace))
      guard there != wanted else { return }
      throw KernelError(
        errno: .fileExists, operation: "pin network namespace at", subject: path, remedy: "another one is mounted there"
      )
    }
    do throws(KernelError) {
      try Failpoint.pass("pin.middle")
      try Mounts.bind("/proc/self/fd/\(namespace)", path)
    } catch {
      if isNew { unlink(path) }
      throw error
    }
  }

  /// False when the file was there.
  private static func createFile(_ path: String) throws(KernelError) -> Bool {
    do throws(KernelError) {
      try OwnedDescriptor.open(path, O_RDONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode: 0o444).close()
      return true
    } catch {
      switch error.errno {
      case .fileExists: return false
      case .noSuchFileOrDirectory:
        throw error.advising("the directory of network namespaces is missing: see --netns-dir")
      case .readOnlyFileSystem, .permissionDenied:
        throw error.advising("the directory of network namespaces is not writable: see --netns-dir")
      default: throw error
      }
    }
  }

  private static func gone(_ process: ProcessHandle) -> KernelError {
    KernelError(
      errno: .noSuchProcess, operation: "pin network namespace of", subject: "process \(process.identity.pid)",
      remedy: "it has exited")
  }
}
