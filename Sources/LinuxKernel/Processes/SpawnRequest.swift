import CLinux
import CSpawn
import Glibc
import Synchronization
import SystemPackage

/// A `cspawn_request` with everything it points to, kept until both the thread that starts the process and the one that
/// waits for it are done.
final class SpawnRequest: Sendable {
  // Both threads know it; the C side orders their accesses.
  nonisolated(unsafe) let pointer: UnsafeMutablePointer<cspawn_request>
  nonisolated(unsafe) private let tasks: UnsafeMutablePointer<CInt>
  private let arguments: CStrings
  private let environment: CStrings
  private let cgroup: CgroupEntry
  /// What ``Children`` knows the process by.
  private let childNumber = Mutex<UInt64?>(nil)

  init(arguments: [String], environment: [String], cgroup: consuming CgroupEntry, subject: String) throws(KernelError) {
    self.arguments = try CStrings(arguments, subject: subject)
    self.environment = try CStrings(environment, subject: subject)
    self.cgroup = cgroup
    let descriptors = self.cgroup.tasks.map(\.raw)
    tasks = .allocate(capacity: max(1, descriptors.count))
    for (index, descriptor) in descriptors.enumerated() { (tasks + index).initialize(to: descriptor) }
    pointer = .allocate(capacity: 1)
    pointer.initialize(to: cspawn_request())
    pointer.pointee.pidfd = -1
    pointer.pointee.cgroup = self.cgroup.unified?.raw ?? -1
    pointer.pointee.tasks = UnsafePointer(tasks)
    pointer.pointee.tasks_count = descriptors.count
    pointer.pointee.arguments = UnsafePointer(self.arguments.pointers)
    pointer.pointee.environment = UnsafePointer(self.environment.pointers)
  }

  deinit {
    cspawn_release(pointer)
    tasks.deallocate()
    pointer.deallocate()
  }

  /// Starts the process (cspawn_start) and waits until it has executed its program; false when it failed.
  func start(_ stack: UnsafeMutableRawPointer) -> Bool {
    let number = Children.starting { cspawn_start(pointer, stack) == 0 ? pointer.pointee.pid : nil }
    childNumber.withLock { $0 = number }
    return number != nil
  }

  /// Kills and reaps the process that was started: nobody wants it any more.
  func clearAway() {
    cspawn_clear_away(pointer)
    if let number = childNumber.withLock({ $0.take() }) { Children.forget(pointer.pointee.pid, number) }
  }

  /// The process that was started.
  func process(_ subject: String) throws(KernelError) -> ProcessHandle {
    let pid = pointer.pointee.pid
    let pidfd = OwnedDescriptor(pointer.pointee.pidfd)
    pointer.pointee.pidfd = -1
    let identity: ProcessIdentity
    do throws(KernelError) {
      // It is not reaped: the number is its own.
      identity = try ProcessIdentity(of: pid)
    } catch {
      // Out of descriptors or memory, most likely. Nobody would ever know of it.
      let handle = ProcessHandle(
        pidfd, ProcessIdentity(pid: pid, startTime: 0), childNumber: childNumber.withLock { $0 })
      try? handle.signal(SIGKILL)  // it has exited already, at worst
      handle.reap()
      throw KernelError(
        errno: error.errno, operation: error.operation, subject: "\(pid), \(subject)", remedy: error.remedy)
    }
    return ProcessHandle(pidfd, identity, childNumber: childNumber.withLock { $0 })
  }

  /// Why it was not.
  func failure(_ operation: String, _ subject: String) -> KernelError {
    Self.failure(pointer.pointee.step, pointer.pointee.error, operation, subject)
  }

  /// A step of the child's that failed.
  static func failure(_ step: CInt, _ code: CInt, _ operation: String, _ subject: String) -> KernelError {
    let code = Errno(rawValue: code)
    let step = cspawn_step(UInt32(bitPattern: step))
    return KernelError(
      errno: code, operation: "\(operation) (\(String(cString: cspawn_step_name(step))))", subject: subject,
      remedy: remedy(step, code))
  }

  private static func remedy(_ step: cspawn_step, _ code: Errno) -> String? {
    switch (step, code) {
    case (CSPAWN_CLONE, .resourceTemporarilyUnavailable):
      "no more processes: see pids.max of the cgroups, kernel.pid_max and kernel.threads-max"
    case (CSPAWN_CLONE, .noSpace): "no more namespaces: see /proc/sys/user/max_*_namespaces"
    case (CSPAWN_CLONE, .notPermitted): "starting sandboxes needs root"
    case (CSPAWN_CLONE, .resourceBusy): "the cgroup has subgroups with controllers: processes live in leaves only"
    case (CSPAWN_CLONE, .init(rawValue: ENODEV)), (CSPAWN_TASKS, .init(rawValue: ENODEV)): "the cgroup has been removed"
    case (CSPAWN_HOSTNAME, .invalidArgument): "a host name has at most 64 bytes"
    case (CSPAWN_UID, .invalidArgument), (CSPAWN_GID, .invalidArgument): "the user namespace does not map it"
    case (CSPAWN_EXECUTE, .noSuchFileOrDirectory): "the program, or the interpreter it names, is missing"
    case (CSPAWN_EXECUTE, .permissionDenied): "the program must be executable, and its filesystem not mounted noexec"
    case (CSPAWN_EXECUTE, .init(rawValue: ENOEXEC)): "not a program for this machine, or a script without #!"
    case (_, .noChildProcess): "it was killed before it could start"
    default: nil
    }
  }
}
