import CLinux
import Glibc
import Synchronization
import SystemPackage

/// A hold on one process that can never become another one (a pidfd).
///
/// A child that was started here and has exited when the object ends is reaped then, if it was not yet.
public final class ProcessHandle: Sendable {
  private enum Reaping {
    case unreaped
    case reaped(ExitStatus)
    case notOurs
  }

  private let descriptor: OwnedDescriptor
  private let reaping = Mutex(Reaping.unreaped)
  /// What ``Children`` knows it by; nil for those of others.
  private let childNumber: UInt64?

  /// Number and start time.
  public let identity: ProcessIdentity

  /// Takes over a pidfd of the process, and the reaping of one that was started here.
  init(_ descriptor: consuming OwnedDescriptor, _ identity: ProcessIdentity, childNumber: UInt64?) {
    self.descriptor = descriptor
    self.identity = identity
    self.childNumber = childNumber
  }

  deinit {
    // A zombie that nobody can reap any more would stay for as long as this process.
    guard let childNumber else { return }
    if hasExited { reap() }
    Children.forget(identity.pid, childNumber)
  }

  /// Opens the process if it is alive; `nil` when it is gone, its number belongs to another one, or it is a zombie.
  public static func open(_ identity: ProcessIdentity) -> ProcessHandle? {
    let raw = clinux_pidfd_open(identity.pid)
    guard raw >= 0 else { return nil }
    let handle = ProcessHandle(OwnedDescriptor(raw), identity, childNumber: nil)
    // In this order: the number cannot pass on to another process while the pidfd says that its process lives.
    guard let now = try? ProcessIdentity(of: identity.pid), now == identity else {
      // Gone, which is an answer.
      return nil
    }
    return handle.hasExited ? nil : handle
  }

  /// The number to poll for reading (ready when the process has exited), valid as long as this object lives.
  public var pidfd: CInt { descriptor.raw }

  /// True once every thread of the process has ended; a zombie has exited.
  public var hasExited: Bool { waitForExit(until: .now) }

  /// Sends a signal (pidfd_send_signal); ESRCH when the process has been reaped.
  public func signal(_ signal: CInt) throws(KernelError) {
    try retrying("send signal \(signal) to", "process \(identity.pid)") { clinux_pidfd_send_signal(pidfd, signal) }
  }

  /// Lets a child that was started here, and is not reaped yet, open no more files once it has so many (prlimit's RLIMIT_NOFILE).
  package func limitOpenFiles(_ count: Int) throws(KernelError) {
    let pid = identity.pid
    try retrying("limit the open files of", "process \(pid)") {
      whileUnreaped { clinux_limit_open_files(pid, UInt64(count)) } ?? 0
    }
  }

  /// Waits until the process has exited, for ever without a deadline; false when the deadline came first.
  ///
  /// Blocks the thread. Works for every process, not only for children.
  public func waitForExit(until deadline: SuspendingClock.Instant? = nil) -> Bool {
    Poll.wait(for: [(pidfd, POLLIN)], until: deadline)[0]
  }

  /// Waits until the process has exited and tells how it ended; does not reap it (waitid's WNOWAIT).
  ///
  /// Blocks the thread: a killed pause waits for every member of its PID namespace. `nil` when it is no child of this
  /// process, as after a restart, or was reaped by somebody else. May be called again, also after ``reap()``.
  public func exitStatus() -> ExitStatus? {
    while !waitForExit() {}
    return reaping.withLock { reaping in
      switch reaping {
      case .reaped(let status): status
      case .unreaped: waitForStatus(reaping: false)
      case .notOurs: nil
      }
    }
  }

  /// Waits until the process has exited, reaps it if it is a child of this process, and tells how it ended.
  ///
  /// `nil` when it is no child of this process, as after a restart, or was reaped by somebody else. Idempotent, from any thread.
  ///
  /// Blocks the thread, for some milliseconds even where the exit has been told already: the kernel tells it before the
  /// process' last thread has let go of its entries in /proc, to reap is to wait for that, and the kernel waits by trying
  /// again and again. Who cannot spare them keeps the handle and reaps later.
  @discardableResult
  public func reap() -> ExitStatus? {
    while !waitForExit() {}
    return reaping.withLock { reaping in
      if case .reaped(let status) = reaping { return status }
      guard case .unreaped = reaping, let status = waitForStatus(reaping: true) else {
        reaping = .notOurs
        return nil
      }
      reaping = .reaped(status)
      if let childNumber { Children.forget(identity.pid, childNumber) }
      return status
    }
  }

  /// Runs the closure while the process is certainly not reaped by this object; `nil` when it has been.
  func whileUnreaped<T>(_ body: () -> T) -> T? {
    reaping.withLock { reaping in
      guard case .unreaped = reaping else { return nil }
      return body()
    }
  }

  /// Reaps on a thread of its own, for owners that must not wait.
  func reapInBackground() {
    guard whileUnreaped({}) != nil else { return }
    // Without a thread the zombie stays until this process ends: nothing better can be done here.
    try? DedicatedThread.start(name: "berth-reaper", stackSize: 64 << 10) { self.reap() }
  }

  /// `nil` when it is no child of this process, or has been reaped.
  private func waitForStatus(reaping: Bool) -> ExitStatus? {
    var result = clinux_exit()
    while clinux_pidfd_exit(pidfd, reaping, &result) != 0 {
      guard Glibc.errno == EINTR else { return nil }
    }
    // A pidfd that can be read belongs to a process that can be waited for.
    guard result.pid != 0 else { return nil }
    return result.signalled ? .signalled(result.status) : .exited(result.status)
  }
}
