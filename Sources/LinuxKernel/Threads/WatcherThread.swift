import CLinux
import Glibc
import Synchronization
import SystemPackage

/// What the thread of a ``Watcher`` waits for: the epoll descriptor with what belongs to its tokens, and the alarms.
final class WatcherThread: Sendable {
  private struct Exit {
    let process: ProcessHandle
    let action: @Sendable () -> Void
  }

  private struct Deadline {
    let instant: SuspendingClock.Instant
    let action: @Sendable () -> Void
  }

  private struct State {
    var exits: [UInt64: Exit] = [:]
    var deadlines: [UInt64: Deadline] = [:]
    var lastToken: UInt64 = 0
    /// When the thread looks again by itself.
    var wakes: SuspendingClock.Instant?
    var isClosed = false

    mutating func nextToken() -> UInt64 {
      lastToken += 1
      return lastToken
    }
  }

  /// The wake-up's token.
  private static let wakeup: UInt64 = 0

  private let epoll: OwnedDescriptor
  private let event: EventDescriptor
  private let state = Mutex(State())

  init() throws(KernelError) {
    epoll = OwnedDescriptor(try retrying("create", "epoll") { clinux_epoll_create() })
    event = try EventDescriptor()
    try retrying("watch", "eventfd") { clinux_epoll_add(epoll.raw, event.raw, Self.wakeup, false) }
  }

  func watch(_ process: ProcessHandle, _ action: @escaping @Sendable () -> Void) throws(KernelError) -> UInt64 {
    let token = state.withLock { state in
      let token = state.nextToken()
      if !state.isClosed { state.exits[token] = Exit(process: process, action: action) }
      return token
    }
    do throws(KernelError) {
      try retrying("watch", "process \(process.identity.pid)") {
        clinux_epoll_add(epoll.raw, process.pidfd, token, true)
      }
    } catch {
      state.withLock { _ = $0.exits.removeValue(forKey: token) }
      throw error
    }
    return token
  }

  func unwatch(_ token: UInt64) {
    guard let exit = state.withLock({ $0.exits.removeValue(forKey: token) }) else { return }
    _ = clinux_epoll_remove(epoll.raw, exit.process.pidfd)  // it may have fired just now
  }

  func arm(_ instant: SuspendingClock.Instant, _ action: @escaping @Sendable () -> Void) -> UInt64 {
    let (token, isNearest) = state.withLock { state in
      let token = state.nextToken()
      guard !state.isClosed else { return (token, false) }
      state.deadlines[token] = Deadline(instant: instant, action: action)
      let isNearest = state.wakes.map { instant < $0 } ?? true
      if isNearest { state.wakes = instant }
      return (token, isNearest)
    }
    if isNearest { event.signal() }
    return token
  }

  func disarm(_ token: UInt64) { state.withLock { _ = $0.deadlines.removeValue(forKey: token) } }

  func close() {
    // What the closures hold is let go of outside the lock.
    let (exits, deadlines) = state.withLock { state in
      state.isClosed = true
      defer { (state.exits, state.deadlines) = ([:], [:]) }
      return (state.exits, state.deadlines)
    }
    for exit in exits.values { _ = clinux_epoll_remove(epoll.raw, exit.process.pidfd) }
    withExtendedLifetime(deadlines) {}
    event.signal()
  }

  func run() {
    var tokens = [UInt64](repeating: 0, count: 64)
    var next: SuspendingClock.Instant?
    while true {
      let timeout = Poll.milliseconds(until: next)
      let count = clinux_epoll_wait(epoll.raw, &tokens, CInt(tokens.count), timeout)
      if count < 0 { precondition(errno == EINTR, "an epoll descriptor of one's own can be waited for") }
      for token in tokens.prefix(Int(max(0, count))) {
        if token == Self.wakeup { event.clear() } else { fire(token) }
      }
      next = ring()
      if state.withLock({ $0.isClosed }) { return }
    }
  }

  private func fire(_ token: UInt64) {
    guard let exit = state.withLock({ $0.exits.removeValue(forKey: token) }) else { return }
    _ = clinux_epoll_remove(epoll.raw, exit.process.pidfd)
    exit.action()
  }

  /// Does what is due, the earliest first; tells when to look again.
  private func ring() -> SuspendingClock.Instant? {
    let now = SuspendingClock.now
    let (due, next) = state.withLock { state in
      guard state.wakes.map({ $0 <= now }) ?? false else { return ([UInt64](), state.wakes) }
      let due = state.deadlines.filter { $0.value.instant <= now }.sorted { $0.value.instant < $1.value.instant }
      state.wakes = state.deadlines.values.lazy.map(\.instant).filter { $0 > now }.min()
      return (due.map(\.key), state.wakes)
    }
    // Taken one by one: an action may disarm the next one.
    for token in due { state.withLock { $0.deadlines.removeValue(forKey: token) }?.action() }
    return next
  }
}
