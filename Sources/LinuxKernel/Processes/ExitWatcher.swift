import CLinux
import Glibc
import Synchronization
import SystemPackage

/// Tells when processes exit: one thread for all of them (epoll on pidfds).
public final class ExitWatcher: Sendable {
  /// One process being watched; dropping it does not end the watch.
  public struct Registration: Sendable {
    fileprivate let token: UInt64
    fileprivate let watches: Watches

    /// Ends the watch. The closure does not run any more, unless it is running already. Idempotent.
    public func cancel() { watches.remove(token) }
  }

  private let watches: Watches

  /// Starts the thread, which ends with `shutdown()` or when the object ends.
  public init() throws(KernelError) {
    let watches = try Watches()
    self.watches = watches
    try DedicatedThread.start(name: "berth-exits", stackSize: 256 << 10) { watches.run() }
  }

  deinit { shutdown() }

  /// Calls the closure once, on the watcher's thread, when the process has exited, at once if it has.
  ///
  /// The closure must not block: all exits wait for it. The handle is kept until then. The process is not
  /// reaped. A handle is watched once at a time: EEXIST otherwise.
  public func watch(
    _ process: ProcessHandle, _ onExit: @escaping @Sendable () -> Void
  ) throws(KernelError) -> Registration {
    Registration(token: try watches.add(process, onExit), watches: watches)
  }

  /// Ends the thread; no closure runs after the one that is running. Idempotent, does not wait.
  public func shutdown() { watches.close() }
}

extension ExitWatcher {
  /// The epoll descriptor and what belongs to its tokens.
  fileprivate final class Watches: Sendable {
    private struct Watch {
      let process: ProcessHandle
      let onExit: @Sendable () -> Void
    }

    private struct State {
      var watches: [UInt64: Watch] = [:]
      var lastToken: UInt64 = 0
      var isClosed = false
    }

    private let epoll: OwnedDescriptor
    private let wakeup: EventDescriptor
    private let state = Mutex(State())

    init() throws(KernelError) {
      epoll = OwnedDescriptor(try retrying("create", "epoll") { clinux_epoll_create() })
      wakeup = try EventDescriptor()
      try retrying("watch", "eventfd") { clinux_epoll_add(epoll.raw, wakeup.raw, 0) }
    }

    func add(_ process: ProcessHandle, _ onExit: @escaping @Sendable () -> Void) throws(KernelError) -> UInt64 {
      let token = state.withLock { state in
        state.lastToken += 1
        state.watches[state.lastToken] = Watch(process: process, onExit: onExit)
        return state.lastToken
      }
      do throws(KernelError) {
        try retrying("watch", "process \(process.identity.pid)") { clinux_epoll_add(epoll.raw, process.pidfd, token) }
      } catch {
        state.withLock { _ = $0.watches.removeValue(forKey: token) }
        throw error
      }
      return token
    }

    func remove(_ token: UInt64) {
      guard let watch = state.withLock({ $0.watches.removeValue(forKey: token) }) else { return }
      _ = clinux_epoll_remove(epoll.raw, watch.process.pidfd)  // it may have fired just now
    }

    func close() {
      let watches = state.withLock { state in
        state.isClosed = true
        defer { state.watches = [:] }
        return state.watches
      }
      for watch in watches.values { _ = clinux_epoll_remove(epoll.raw, watch.process.pidfd) }
      wakeup.signal()
    }

    func run() {
      var tokens = [UInt64](repeating: 0, count: 64)
      while true {
        let count = clinux_epoll_wait(epoll.raw, &tokens, CInt(tokens.count))
        guard count >= 0 else {
          precondition(errno == EINTR, "an epoll descriptor of one's own can be waited for")
          continue
        }
        for token in tokens.prefix(Int(count)) { fire(token) }
        if state.withLock({ $0.isClosed }) { return }
      }
    }

    private func fire(_ token: UInt64) {
      guard let watch = state.withLock({ $0.watches.removeValue(forKey: token) }) else { return }
      _ = clinux_epoll_remove(epoll.raw, watch.process.pidfd)
      watch.onExit()
    }
  }
}
