import LinuxKernel

/// Goes on without a thread that may never come back: a system call that hangs (a dead NFS mount, a driver) holds its thread
/// for ever.
struct Watchdog: Sendable {
  let watcher: Watcher
  let slot: Slot

  /// What a step that keeps to its deadline gets on top of it, to end by itself.
  static func grace(_ limit: Duration) -> Duration { limit / 4 }

  /// At the deadline takes the slot, unless the step has, and goes on in a new thread. Where there is none to be had, it
  /// tries again every second: waiting for the stuck one is all that is left meanwhile.
  func arm(at deadline: SuspendingClock.Instant, _ goOn: @escaping @Sendable () -> Void) -> Watcher.Alarm {
    watcher.schedule(at: deadline) {
      do {
        try DedicatedThread.start(name: "berth-operation", stackSize: 512 << 10) {
          if slot.take() { goOn() }
        }
      } catch {
        _ = arm(at: .now + .seconds(1), goOn)
      }
    }
  }

  /// Runs the body on the calling thread and goes on with its value; with `nil`, in a new thread, when it has not come back by
  /// the deadline. The calling thread has nothing more to do either way.
  static func run<T: Sendable>(
    until deadline: SuspendingClock.Instant, _ watcher: Watcher, _ body: () -> T,
    then: @escaping @Sendable (T?) -> Void
  ) {
    let slot = Slot()
    let alarm = Watchdog(watcher: watcher, slot: slot).arm(at: deadline) { then(nil) }
    let value = body()
    alarm.cancel()
    if slot.take() { then(value) }
  }

  /// The body's value, or `nil` when it has not returned within `patience`; its thread ends when the kernel lets go of it.
  ///
  /// - Throws: EAGAIN when there is no thread to spare.
  static func run<T: Sendable>(
    for patience: Duration, _ watcher: Watcher, _ body: @escaping @Sendable () -> T
  ) async throws(KernelError) -> T? {
    let slot = Slot()
    let result: Result<T?, KernelError> = await withCheckedContinuation { continuation in
      let alarm = watcher.schedule(at: .now + patience) {
        if slot.take() { continuation.resume(returning: .success(nil)) }
      }
      do throws(KernelError) {
        try DedicatedThread.start(name: "berth-look") {
          let value = body()
          alarm.cancel()
          if slot.take() { continuation.resume(returning: .success(value)) }
        }
      } catch {
        alarm.cancel()
        if slot.take() { continuation.resume(returning: .failure(error)) }
      }
    }
    return try result.get()
  }
}
