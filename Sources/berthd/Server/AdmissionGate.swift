import RuntimeAPI
import Synchronization

/// Lets so many requests in at once, and none once the daemon is ending.
final class AdmissionGate: Sendable {
  private struct State {
    var counted = 0
    var isDraining = false
    var isAborting = false
    var nextNumber: UInt64 = 0
    var admissions: [UInt64: Admission] = [:]
    var waiters: [CheckedContinuation<Void, Never>] = []
  }
  private let limit: Int
  private let state = Mutex(State())

  /// A gate that lets `limit` requests in at once.
  init(limit: Int) { self.limit = limit }

  /// Whether the daemon is ending.
  var isDraining: Bool { state.withLock { $0.isDraining } }

  /// How many requests are in progress, the exempt ones included.
  var inProgress: Int { state.withLock { $0.admissions.count } }

  /// Lets a request in until its admission is released.
  ///
  /// - Parameter isExempt: does not count against the limit.
  /// - Throws: `unavailable` once the daemon is ending, `resource_exhausted` when `limit` requests are in progress.
  func admit(isExempt: Bool) throws(ConnectError) -> Admission {
    let admission: Result<Admission, ConnectError> = state.withLock { state in
      if state.isDraining {
        return .failure(
          ConnectError(code: .unavailable, message: "berthd is shutting down; try again once it runs again"))
      }
      guard isExempt || state.counted < limit else {
        let message = "\(limit) requests are in progress, as many as maxConcurrentRequests allows; try again later"
        return .failure(ConnectError(code: .resourceExhausted, message: message))
      }
      if !isExempt { state.counted += 1 }
      state.nextNumber += 1
      let admission = Admission(gate: self, number: state.nextNumber, isCounted: !isExempt)
      state.admissions[state.nextNumber] = admission
      return .success(admission)
    }
    return try admission.get()
  }

  /// Lets no further request in.
  func drain() { state.withLock { $0.isDraining = true } }

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

  fileprivate var isAborting: Bool { state.withLock { $0.isAborting } }

  fileprivate func release(_ admission: Admission) {
    let waiters = state.withLock { state -> [CheckedContinuation<Void, Never>] in
      guard state.admissions.removeValue(forKey: admission.number) != nil else { return [] }
      if admission.isCounted { state.counted -= 1 }
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
  fileprivate let isCounted: Bool
  private let gate: AdmissionGate
  private let onCancel = Mutex<(@Sendable () -> Void)?>(nil)

  fileprivate init(gate: AdmissionGate, number: UInt64, isCounted: Bool) {
    self.gate = gate
    self.number = number
    self.isCounted = isCounted
  }

  /// Says how the operation is cancelled when the daemon cannot wait for it any longer.
  func whenCancelled(_ body: @escaping @Sendable () -> Void) {
    onCancel.withLock { $0 = body }
    if gate.isAborting { body() }
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
