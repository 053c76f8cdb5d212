import Synchronization

/// The processes that this one started itself: each is somebody's to wait for.
enum Children {
  private struct State {
    /// The starts under way, which may have children that nobody knows yet.
    var starts: Set<UInt64> = []
    var lastNumber: UInt64 = 0
    /// By process number; the value tells two processes of the same number apart.
    var known: [Int32: UInt64] = [:]
  }

  private static let state = Mutex(State())

  /// Runs what starts a process and tells its number, or nil when there is none: nobody takes it for an orphan.
  ///
  /// Returns what ``forget(_:_:)`` wants to know.
  static func starting(_ body: () -> Int32?) -> UInt64? {
    let number = state.withLock { state in
      state.lastNumber += 1
      state.starts.insert(state.lastNumber)
      return state.lastNumber
    }
    let process = body()
    return state.withLock { state in
      state.starts.remove(number)
      guard let process else { return nil }
      state.known[process] = number
      return number
    }
  }

  /// The process is reaped, or nobody will.
  static func forget(_ process: Int32, _ number: UInt64) {
    state.withLock { if $0.known[process] == number { $0.known[process] = nil } }
  }

  /// Where the numbers of the starts are now: a process that is there already and unknown when all starts up to here are
  /// over was started by nobody here.
  static var mark: UInt64 { state.withLock { $0.lastNumber } }

  /// Whether nobody here started the process, which was seen when the starts had come to the mark.
  static func isOrphan(_ process: Int32, seenAt mark: UInt64) -> Bool {
    state.withLock { state in state.known[process] == nil && !state.starts.contains { $0 <= mark } }
  }
}
