import RuntimeAPI
import Synchronization

/// Lets so many requests in at once, and none once the daemon is ending.
///
/// What ends pods has turns of its own, so that it never waits for what starts them; what answers from memory takes none. Of
/// each kind users who are not root have their shares: see ``Shares``.
final class AdmissionGate: Sendable {
  /// What kind of turn a request takes.
  enum Turn: Sendable, Hashable {
    /// None.
    case free
    /// One of those for what makes or collects something.
    case work
    /// One of those for what ends something.
    case end
  }

  private struct State {
    var held: [Turn: Shares] = [:]
    var isDraining = false
    var isAborting = false
    var nextNumber: UInt64 = 0
    var admissions: [UInt64: Admission] = [:]
    var waiters: [CheckedContinuation<Void, Never>] = []
  }
  private let limit: Int
  private let state = Mutex(State())

  /// A gate that lets `limit` requests of each kind in at once.
  init(limit: Int) { self.limit = limit }

  /// Whether the daemon is ending.
  var isDraining: Bool { state.withLock { $0.isDraining } }

  /// How many requests are in progress, those without a turn included.
  var inProgress: Int { state.withLock { $0.admissions.count } }

  /// Lets a request in until its admission is released.
  ///
  /// - Parameter isStream: it is cancelled as soon as the daemon is ending, others when it cannot wait any longer.
  /// - Throws: `unavailable` once the daemon is ending, `resource_exhausted` when all turns of its kind, or all of its user's,
  ///   are taken.
  func admit(_ turn: Turn, uid: UInt32?, isStream: Bool = false) throws(ConnectError) -> Admission {
    let admission: Result<Admission, ConnectError> = state.withLock { state in
      guard !state.isDraining else { return .failure(.shuttingDown) }
      if turn != .free, let reason = state.held[turn, default: Shares(of: limit)].take(uid) {
        return .failure(
          ConnectError(
            code: .resourceExhausted,
            message: "\(reason) requests are in progress, as many as maxConcurrentRequests allows; try again later"))
      }
      state.nextNumber += 1
      let admission = Admission(gate: self, number: state.nextNumber, turn: turn, uid: uid, isStream: isStream)
      state.admissions[state.nextNumber] = admission
      return .success(admission)
    }
    return try admission.get()
  }

  /// Lets no further request in, and cancels the streams.
  func drain() {
    let streams = state.withLock { state in
      state.isDraining = true
      return state.admissions.values.filter(\.isStream)
    }
    for stream in streams { stream.cancel() }
  }

  /// Cancels the operations in progress, and those of requests that were let in but have not begun theirs.
  func abort() {
    let admissions = state.withLock { state in
      state.isAborting = true
      return Array(state.admissions.values)
    }
    for admission in admissions { admission.cancel() }
  }

  /// Returns when no request is in progress.
  func waitUntilIdle() async {
    await withCheckedContinuation { continuation in
      let isIdle = state.withLock { state in
        if !state.admissions.isEmpty { state.waiters.append(continuation) }
        return state.admissions.isEmpty
      }
      if isIdle { continuation.resume() }
    }
  }

  fileprivate func mustEnd(_ admission: Admission) -> Bool {
    state.withLock { $0.isAborting || $0.isDraining && admission.isStream }
  }

  fileprivate func release(_ admission: Admission) {
    let waiters = state.withLock { state -> [CheckedContinuation<Void, Never>] in
      guard state.admissions.removeValue(forKey: admission.number) != nil else { return [] }
      state.held[admission.turn]?.give(admission.uid)
      guard state.admissions.isEmpty else { return [] }
      defer { state.waiters = [] }
      return state.waiters
    }
    for waiter in waiters { waiter.resume() }
  }
}

/// The right to be in progress, from the gate to `release()`.
final class Admission: Sendable {
  fileprivate let number: UInt64
  fileprivate let turn: AdmissionGate.Turn
  fileprivate let uid: UInt32?
  fileprivate let isStream: Bool
  private let gate: AdmissionGate
  private let onCancel = Mutex<(@Sendable () -> Void)?>(nil)

  fileprivate init(gate: AdmissionGate, number: UInt64, turn: AdmissionGate.Turn, uid: UInt32?, isStream: Bool) {
    self.gate = gate
    self.number = number
    self.turn = turn
    self.uid = uid
    self.isStream = isStream
  }

  /// Says how the operation is cancelled when the daemon cannot wait for it any longer.
  func whenCancelled(_ body: @escaping @Sendable () -> Void) {
    onCancel.withLock { $0 = body }
    if gate.mustEnd(self) { body() }
  }

  /// The request is no longer in progress. Idempotent.
  func release() {
    onCancel.withLock { $0 = nil }
    gate.release(self)
  }

  fileprivate func cancel() {
    let body = onCancel.withLock { $0 }
    body?()
  }
}

extension ConnectError {
  /// What every request gets once the daemon is ending.
  static let shuttingDown = ConnectError(
    code: .unavailable, message: "berthd is shutting down; try again once it runs again")
}
