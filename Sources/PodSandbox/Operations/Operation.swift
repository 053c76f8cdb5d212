import LinuxKernel
import Synchronization

/// Work on a plain thread that several callers may wait for.
///
/// A caller that is cancelled stops waiting at once; the work goes on, unless it was made to end when nobody waits for it any
/// more.
final class Operation<Value: Sendable>: Sendable {
  typealias Outcome = Result<Value, SandboxError>

  private struct State {
    var outcome: Outcome?
    var waiting: [Int: CheckedContinuation<Outcome, Never>] = [:]
    var nextTicket = 0
    var isEnding = false
    var givenUp: Impatience?
  }

  /// Tells the work that it is to end early.
  let cancellation: Cancellation
  private let state = Mutex(State())
  private let sandboxID: String?
  private let endsWhenAbandoned: Bool

  /// - Parameters:
  ///   - sandboxID: The sandbox it works on, for the error of a caller who leaves.
  ///   - endsWhenAbandoned: Whether the work is cancelled when its last waiting caller leaves.
  /// - Throws: `resourceExhausted` when there is no descriptor to spare.
  init(on sandboxID: String? = nil, endsWhenAbandoned: Bool) throws(SandboxError) {
    do throws(KernelError) {
      cancellation = try Cancellation()
    } catch {
      throw SandboxError(.resourceExhausted, "\(error)", sandboxID: sandboxID)
    }
    self.sandboxID = sandboxID
    self.endsWhenAbandoned = endsWhenAbandoned
  }

  /// Waits for the work's end. A cancelled caller gets `cancelled` and leaves the work to the others.
  func value() async throws(SandboxError) -> Value {
    let ticket = state.withLock {
      $0.nextTicket += 1
      return $0.nextTicket
    }
    let outcome = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in wait(ticket, continuation) }
    } onCancel: {
      leave(ticket)
    }
    return try outcome.get()
  }

  /// Waits for the work's end, whatever it is, or until the caller is cancelled.
  func ended() async {
    // Its failure is told to those who asked for the work.
    _ = try? await value()
  }

  /// Tells the outcome to all who wait and who will ask; only the first one counts.
  func finish(_ outcome: Outcome) {
    let waiting = state.withLock {
      guard $0.outcome == nil else { return [CheckedContinuation<Outcome, Never>]() }
      $0.outcome = outcome
      let waiting = Array($0.waiting.values)
      $0.waiting = [:]
      return waiting
    }
    for continuation in waiting { continuation.resume(returning: outcome) }
  }

  /// Asks the work to end early, and remembers on whose account.
  func cancel(_ reason: Impatience) {
    state.withLock { if $0.givenUp == nil { $0.givenUp = reason } }
    cancellation.cancel()
  }

  /// Says that the work has failed and is being undone: who comes now waits for its end and starts afresh.
  func beginEnding() { state.withLock { $0.isEnding = true } }

  /// Whether the work will not succeed any more.
  var isEnding: Bool { state.withLock { $0.isEnding || $0.givenUp != nil } }

  /// On whose account the work was asked to end early.
  var givenUp: Impatience? { state.withLock { $0.givenUp } }

  /// How many callers wait.
  var waitingCount: Int { state.withLock { $0.waiting.count } }

  private func wait(_ ticket: Int, _ continuation: CheckedContinuation<Outcome, Never>) {
    let outcome: Outcome? = state.withLock {
      if let outcome = $0.outcome { return outcome }
      // The caller may have been cancelled before it came here: `leave` found no continuation then.
      if Task.isCancelled { return .failure(left) }
      $0.waiting[ticket] = continuation
      return nil
    }
    if let outcome { continuation.resume(returning: outcome) }
    if Task.isCancelled { abandonIfAlone() }
  }

  private func leave(_ ticket: Int) {
    let continuation = state.withLock { $0.waiting.removeValue(forKey: ticket) }
    continuation?.resume(returning: .failure(left))
    abandonIfAlone()
  }

  private func abandonIfAlone() {
    guard endsWhenAbandoned else { return }
    let isAlone = state.withLock { state in
      guard state.waiting.isEmpty, state.outcome == nil else { return false }
      if state.givenUp == nil { state.givenUp = .abandoned }
      return true
    }
    if isAlone { cancellation.cancel() }
  }

  private var left: SandboxError {
    SandboxError(
      .cancelled, "the caller went away or its deadline passed before the operation ended", sandboxID: sandboxID)
  }
}

/// On whose account an operation ends early.
enum Impatience: Sendable {
  /// Nobody waits for it any more.
  case abandoned
  /// The daemon is shutting down.
  case shutdown
}
