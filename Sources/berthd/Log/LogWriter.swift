import Glibc
import JSON
import LinuxKernel
import Synchronization

/// Writes lines to a descriptor from a thread of its own: a reader that stops reading holds up the log, and nobody else.
///
/// What waits is bounded. What does not fit is dropped and counted, and the count is told as soon as there is room again. Lines
/// for a plain file are written at once: it has no reader.
final class LogWriter: Sendable {
  /// What waits at most, in bytes.
  static let capacity = 1 << 20
  /// The longest line.
  static let longestLine = 16 << 10

  private struct State {
    var waiting: [UInt8] = []
    var dropped = 0
    var isBusy = false
    var hasThread = false
    var drops: @Sendable (Int) -> String
  }
  private let descriptor: CInt
  private let isPlainFile: Bool
  private let state: Mutex<State>
  private let work = Semaphore()
  private let total = Atomic(0)

  /// A writer to a descriptor, which stays its owner's and open.
  ///
  /// - Parameter drops: The line that tells how many lines were dropped.
  init(_ descriptor: CInt, drops: @escaping @Sendable (Int) -> String) {
    self.descriptor = descriptor
    state = Mutex(State(drops: drops))
    var status = stat()
    isPlainFile = fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
  }

  /// Changes the line that tells how many lines were dropped.
  func tellDrops(_ drops: @escaping @Sendable (Int) -> String) { state.withLock { $0.drops = drops } }

  /// How many lines were dropped in all.
  var dropped: Int { total.load(ordering: .relaxed) }

  /// Writes one line, without its end, soon; never waits for a reader.
  func write(_ line: String) {
    let bytes = Array(line.cut(toBytes: Self.longestLine).utf8) + [UInt8(ascii: "\n")]
    let mustWake = state.withLock { state in
      guard state.waiting.count + bytes.count <= Self.capacity else {
        state.dropped += 1
        total.add(1, ordering: .relaxed)
        return false
      }
      if isPlainFile || !ensureThread(&state) {
        // Under the lock: lines come whole and in their order.
        if !put(bytes) { total.add(1, ordering: .relaxed) }
        return false
      }
      state.waiting += bytes
      return true
    }
    if mustWake { work.signal() }
  }

  /// Waits until all is written, for so long at most.
  func flush(within patience: Duration) {
    let deadline = SuspendingClock.now.advanced(by: patience)
    while state.withLock({ $0.isBusy || !$0.waiting.isEmpty }), SuspendingClock.now < deadline { usleep(1000) }
  }

  /// Without a thread to be had, lines are written where they arise.
  private func ensureThread(_ state: inout State) -> Bool {
    guard !state.hasThread else { return true }
    do throws(KernelError) {
      try DedicatedThread.start(name: "berth-log", stackSize: 128 << 10) { [self] in run() }
      state.hasThread = true
    } catch {
      return false
    }
    return true
  }

  private func run() -> Never {
    while true {
      work.wait()
      let batch = state.withLock { state in
        defer { state.waiting = [] }
        state.isBusy = true
        return state.waiting
      }
      if !put(batch) { total.add(1, ordering: .relaxed) }
      // Those that were dropped came behind those that wait.
      let notice = state.withLock { state -> String? in
        guard state.waiting.isEmpty, state.dropped > 0 else { return nil }
        defer { state.dropped = 0 }
        return state.drops(state.dropped)
      }
      if let notice { _ = put(Array(notice.utf8) + [UInt8(ascii: "\n")]) }
      state.withLock { $0.isBusy = false }
    }
  }

  /// False when it cannot be written: that must not end the daemon, nor can it be told anywhere.
  private func put(_ bytes: [UInt8]) -> Bool {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count > 0 { rest = rest.dropFirst(count) }
      guard count < 0 else { continue }
      switch errno {
      case EINTR: break
      case EAGAIN:
        // Somebody else has made the description non-blocking.
        var entry = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        poll(&entry, 1, -1)
      default: return false
      }
    }
    return true
  }
}
