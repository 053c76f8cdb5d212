import Synchronization

/// Calls back when deadlines pass: one thread for all of them, which sleeps through the deadlines that are kept.
///
/// Made for deadlines that are almost never reached: arming and disarming one is a matter of a lock, and wakes nobody
/// unless it is the nearest.
public final class DeadlineTimer: Sendable {
  private struct Alarm {
    let deadline: SuspendingClock.Instant
    let action: @Sendable () -> Void
  }

  private struct State {
    var alarms: [Int: Alarm] = [:]
    var nextToken = 0
    /// When the thread looks again by itself.
    var wakes: SuspendingClock.Instant?
  }

  private let state = Mutex(State())
  private let event: EventDescriptor

  /// Starts the thread, which ends with the object.
  public init() throws(KernelError) {
    event = try EventDescriptor()
    try DedicatedThread.start(name: "berth-deadlines") { [weak self, event] in
      var next: SuspendingClock.Instant?
      while true {
        // An error here is the kernel out of memory: looking again is all that can be done.
        _ = try? Poll.readable([event.raw], until: next)
        event.clear()
        guard let self else { return }
        next = self.ring()
      }
    }
  }

  deinit { event.signal() }

  /// Arms an alarm: the action runs on the timer's thread, and must not block. Returns what disarms it.
  public func schedule(at deadline: SuspendingClock.Instant, _ action: @escaping @Sendable () -> Void) -> Int {
    let (token, isNearest) = state.withLock { state in
      state.nextToken += 1
      state.alarms[state.nextToken] = Alarm(deadline: deadline, action: action)
      let isNearest = state.wakes.map { deadline < $0 } ?? true
      if isNearest { state.wakes = deadline }
      return (state.nextToken, isNearest)
    }
    if isNearest { event.signal() }
    return token
  }

  /// Disarms an alarm; one that has rung, or is ringing, is none any more. Idempotent.
  public func cancel(_ token: Int) { state.withLock { _ = $0.alarms.removeValue(forKey: token) } }

  /// Calls what is due; tells when to look again.
  private func ring() -> SuspendingClock.Instant? {
    let now = SuspendingClock.now
    let (due, next) = state.withLock { state in
      let due = state.alarms.filter { $0.value.deadline <= now }
      for token in due.keys { state.alarms[token] = nil }
      state.wakes = state.alarms.values.map(\.deadline).min()
      return (Array(due.values), state.wakes)
    }
    for alarm in due { alarm.action() }
    return next
  }
}
