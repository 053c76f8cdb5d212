import LinuxKernel
import Synchronization

/// Waits for work on a thread that may never come back.
///
/// A system call that hangs (a dead NFS mount, a driver) holds its thread for ever; the daemon then writes the thread off
/// and goes on.
enum Watchdog {
  /// What a body that keeps to its deadline gets on top of it, to end by itself.
  static func grace(_ limit: Duration) -> Duration { limit / 4 }

  /// The body's value, or `nil` when it has not returned by `deadline`: then its thread is replaced. Cancellation is passed
  /// on to the body.
  ///
  /// - Parameter late: Called with the value of a body that returns after it was given up.
  static func run<T: Sendable>(
    on thread: OperationThread, until deadline: SuspendingClock.Instant, timer: DeadlineTimer,
    _ body: @escaping @Sendable () async -> T, late: @escaping @Sendable (T) async -> Void = { _ in }
  ) async -> T? {
    let first = FirstResult<T?>()
    let work = Task(executorPreference: thread) {
      let value = await body()
      if !first.offer(value) { await late(value) }
    }
    let alarm = timer.schedule(at: deadline) {
      // Who waits may prefer this very thread. Where no new one is to be had, waiting for the stuck one is all that is left.
      try? thread.replaceThread()
      first.offer(nil)
    }
    defer { timer.cancel(alarm) }
    return await withTaskCancellationHandler {
      await first.value
    } onCancel: {
      work.cancel()
    }
  }
}

/// Holds the first of several values offered to it.
private final class FirstResult<T: Sendable>: Sendable {
  private enum State {
    case empty
    case awaited(CheckedContinuation<T, Never>)
    case filled(T)
    case taken
  }

  private let state = Mutex(State.empty)

  /// False when another one was first.
  @discardableResult
  func offer(_ value: T) -> Bool {
    let (isFirst, waiting): (Bool, CheckedContinuation<T, Never>?) = state.withLock {
      switch $0 {
      case .empty:
        $0 = .filled(value)
        return (true, nil)
      case .awaited(let continuation):
        $0 = .taken
        return (true, continuation)
      case .filled, .taken:
        return (false, nil)
      }
    }
    waiting?.resume(returning: value)
    return isFirst
  }

  /// To be read once.
  var value: T {
    get async {
      await withCheckedContinuation { continuation in
        let ready: T? = state.withLock {
          if case .filled(let value) = $0 {
            $0 = .taken
            return value
          }
          $0 = .awaited(continuation)
          return nil
        }
        if let ready { continuation.resume(returning: ready) }
      }
    }
  }
}
