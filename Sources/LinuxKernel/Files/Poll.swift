import Glibc

/// poll(2) with a deadline.
package enum Poll {
  /// Which of the descriptors are ready, in their order; none after the deadline, which `nil` takes away.
  ///
  /// A nil descriptor never is. Errors and hang-ups count as ready, whatever the events (`POLLIN`, `POLLOUT`).
  package static func wait(
    for descriptors: [(descriptor: CInt?, events: CInt)], until deadline: SuspendingClock.Instant?
  ) -> [Bool] {
    var entries = descriptors.map { pollfd(fd: $0.descriptor ?? -1, events: Int16($0.events), revents: 0) }
    while true {
      let result = poll(&entries, nfds_t(entries.count), milliseconds(until: deadline))
      if result > 0 { return entries.map { $0.revents != 0 } }
      // Nothing but a signal, or a passing want of memory, can be the matter with valid descriptors.
      if let deadline, deadline <= .now { return entries.map { _ in false } }
    }
  }

  /// Whether the descriptor becomes readable, or ends, before the deadline.
  package static func isReadable(_ descriptor: CInt, until deadline: SuspendingClock.Instant) -> Bool {
    wait(for: [(descriptor, POLLIN)], until: deadline)[0]
  }

  /// What is left until the deadline, as poll and epoll_wait take it: -1 without one.
  static func milliseconds(until deadline: SuspendingClock.Instant?) -> CInt {
    guard let deadline else { return -1 }
    let left = SuspendingClock.now.duration(to: deadline)
    guard left > .zero else { return 0 }
    // Rounded up, so that the last wait does not become a busy loop.
    return CInt(clamping: Int64(left / .milliseconds(1)) + 1)
  }
}
