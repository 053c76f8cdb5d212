import CLinux
import CSpawn
public import Glibc
import SystemPackage

/// A program that runs in the host's namespaces, such as a CNI plugin: in a session and process group of its own unless it is to
/// stay with its caller, with descriptors 0 to 2 only, default signal dispositions and an empty signal mask.
///
/// A process that is still running when the object ends goes on running, and is reaped when it exits; one that has ended by
/// then is reaped by whoever keeps its ``process``, if it was not yet.
public final class HostProcess: Sendable {
  /// The process, which leads its process group, where it has one of its own.
  public let process: ProcessHandle
  private let leadsGroup: Bool

  private init(_ process: ProcessHandle, leadsGroup: Bool) {
    self.process = process
    self.leadsGroup = leadsGroup
  }

  deinit { if !process.hasExited { process.reapInBackground() } }

  /// Starts a program and waits until it is executed; blocks the thread for about a millisecond, from any thread.
  ///
  /// - Parameters:
  ///   - executable: a path; PATH is not searched.
  ///   - arguments: with the program's own name first.
  ///   - environment: `NAME=value` each, and nothing else is inherited.
  ///   - standardInput: becomes descriptor 0 and stays open here, as do the other two.
  ///   - cgroup: entered at birth, so that no process the program starts can escape it; it must exist.
  ///   - openFilesLimit: RLIMIT_NOFILE, inherited when `nil`.
  ///   - staysWithCaller: it stays in this process's group and session, so that whoever ends that ends it too, and is killed
  ///     when the thread that calls this ends.
  ///
  /// On failure nothing is left. A program that is being written (ETXTBSY) is tried again for a tenth of a second: another
  /// child that has just been started may hold it open for a moment.
  public static func spawn(
    executable: String, arguments: [String], environment: [String], standardInput: CInt, standardOutput: CInt,
    standardError: CInt, cgroup: Cgroup? = nil, openFilesLimit: rlimit? = nil, staysWithCaller: Bool = false
  ) throws(KernelError) -> HostProcess {
    try CStrings.check(executable, subject: executable)
    let request = try SpawnRequest(
      arguments: arguments, environment: environment, cgroup: try CgroupEntry(cgroup), subject: executable)
    request.pointer.pointee.standard = (standardInput, standardOutput, standardError)
    if let openFilesLimit {
      request.pointer.pointee.limits_open_files = true
      request.pointer.pointee.open_files = (UInt64(openFilesLimit.rlim_cur), UInt64(openFilesLimit.rlim_max))
    }
    if staysWithCaller { request.pointer.pointee.belongs_to = getpid() }
    guard let stack = cspawn_stack_create() else { throw KernelError.last("allocate", "stack for \(executable)") }
    defer { cspawn_stack_destroy(stack) }
    for _ in 0..<50 {
      guard !start(request, executable, stack) else { break }
      guard request.pointer.pointee.error == ETXTBSY else { break }
      usleep(2000)
    }
    guard request.pointer.pointee.error == 0 else { throw request.failure("start program", executable) }
    return HostProcess(try request.process(executable), leadsGroup: !staysWithCaller)
  }

  /// Sends a signal to every process of the program's process group, or to it alone where it has none of its own; success when
  /// there is none any more.
  ///
  /// Does nothing once the leader has been reaped: the number may belong to others by then.
  public func signalGroup(_ signal: CInt) throws(KernelError) {
    let pid = process.identity.pid
    let target = leadsGroup ? -pid : pid
    let code = process.whileUnreaped { Glibc.kill(target, signal) == 0 ? 0 : Glibc.errno } ?? 0
    guard code != 0, code != ESRCH else { return }
    throw KernelError(
      errno: Errno(rawValue: code), operation: "send signal \(signal) to", subject: "process group of \(pid)")
  }

  /// Waits until the leader has exited and tells how it ended; its ``process`` is reaped separately.
  ///
  /// Blocks the thread; may be called again. ECHILD when somebody else reaped it, as a handler that waits for every child
  /// would.
  public func exitStatus() throws(KernelError) -> ExitStatus {
    guard let status = process.exitStatus() else {
      throw KernelError(
        errno: .noChildProcess, operation: "wait for", subject: "process \(process.identity.pid)",
        remedy: "something else in this process waits for all children, or SIGCHLD is ignored")
    }
    return status
  }

  private static func start(_ request: SpawnRequest, _ path: String, _ stack: UnsafeMutableRawPointer) -> Bool {
    path.withCString { path in
      request.pointer.pointee.path = path
      return request.start(stack)
    }
  }
}
