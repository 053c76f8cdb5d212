/// One thread for what is waited for and seldom comes: the exits of processes and the deadlines of watchdogs (epoll).
///
/// It sleeps through the deadlines that are kept: arming and disarming an alarm is a matter of a lock, and wakes nobody
/// unless the alarm is the nearest.
public final class Watcher: Sendable {
  /// One process being watched; dropping it does not end the watch.
  public struct Watch: Sendable {
    let token: UInt64
    let watches: WatcherThread

    /// Ends the watch. The closure does not run any more, unless it is running already. Idempotent.
    public func cancel() { watches.unwatch(token) }
  }

  /// A deadline being waited for; dropping it does not end the wait.
  public struct Alarm: Sendable {
    let token: UInt64
    let alarms: WatcherThread

    /// Disarms it. The action does not run any more, unless it is running already. Idempotent.
    public func cancel() { alarms.disarm(token) }
  }

  private let thread: WatcherThread

  /// Starts the thread, which ends with `shutdown()` or when the object ends.
  public init() throws(KernelError) {
    let thread = try WatcherThread()
    self.thread = thread
    try DedicatedThread.start(name: "berth-watcher", stackSize: 256 << 10) { thread.run() }
  }

  deinit { shutdown() }

  /// Calls the closure once, on the watcher's thread, when the process has exited, at once if it has.
  ///
  /// The closure must not block: all that is watched waits for it. The handle is kept until then. The process is not reaped.
  /// A handle is watched once at a time: EEXIST otherwise.
  public func watch(_ process: ProcessHandle, _ onExit: @escaping @Sendable () -> Void) throws(KernelError) -> Watch {
    Watch(token: try thread.watch(process, onExit), watches: thread)
  }

  /// Calls the action once, on the watcher's thread, when the deadline has passed; it must not block.
  public func schedule(at deadline: SuspendingClock.Instant, _ action: @escaping @Sendable () -> Void) -> Alarm {
    Alarm(token: thread.arm(deadline, action), alarms: thread)
  }

  /// Ends the thread; nothing runs after the closure that is running. Idempotent, does not wait.
  public func shutdown() { thread.close() }
}
