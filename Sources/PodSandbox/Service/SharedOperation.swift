import LinuxKernel
import Synchronization

/// Work that runs on a thread of its own and that several callers may wait for.
///
/// A caller that is cancelled stops waiting at once; the work goes on, unless it was made to end when nobody waits for it
/// any more.
final class SharedOperation<Value: Sendable>: Sendable {
  typealias Outcome = Result<Value, SandboxError>

  private struct State {
    var task: Task<Void, Never>?
    var outcome: Outcome?
    var waiting: [Int: CheckedContinuation<Outcome, Never>] = [:]
    var nextTicket = 0
    var isAbandoned = false
    var isEnding = false
  }

  private let state = Mutex(State())
  private let sandboxID: String?
  private let endsWhenAbandoned: Bool

  /// - Parameters:
  ///   - sandboxID: The sandbox it works on, for the error of a caller who leaves.
  ///   - endsWhenAbandoned: Whether the work is cancelled when its last waiting caller leaves.
  init(on sandboxID: String? = nil, endsWhenAbandoned: Bool) {
    self.sandboxID = sandboxID
    self.endsWhenAbandoned = endsWhenAbandoned
  }

  /// Begins the work on a thread where it may block; to be called once.
  func start(on thread: OperationThread, _ body: @escaping @Sendable () async throws(SandboxError) -> Value) {
    let task = Task(executorPreference: thread) { [self] in
      let outcome: Outcome
      do throws(SandboxError) { outcome = .success(try await body()) } catch { outcome = .failure(error) }
      finish(outcome)
    }
    let abandoned = state.withLock {
      $0.task = task
      return $0.isAbandoned
    }
    if abandoned { task.cancel() }
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

  /// Asks the work to end early.
  func cancel() {
    let task = state.withLock {
      $0.isAbandoned = true
      return $0.task
    }
    task?.cancel()
  }

  /// Says that the work has failed and is being undone: who comes now waits for its end and starts afresh.
  func beginEnding() { state.withLock { $0.isEnding = true } }

  /// Whether the work will not succeed any more.
  var isEnding: Bool { state.withLock { $0.isEnding || $0.isAbandoned } }

  /// How many callers wait.
  var waitingCount: Int { state.withLock { $0.waiting.count } }

  /// Waits for the work's end, whatever it is, or until the caller is cancelled.
  func ended() async {
    // Its failure is told to those who asked for the work.
    _ = try? await value()
  }

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
    let task: Task<Void, Never>? = state.withLock {
      guard $0.waiting.isEmpty, $0.outcome == nil else { return nil }
      $0.isAbandoned = true
      return $0.task
    }
    task?.cancel()
  }

  private func finish(_ outcome: Outcome) {
    let waiting = state.withLock {
      $0.outcome = outcome
      let waiting = Array($0.waiting.values)
      $0.waiting = [:]
      return waiting
    }
    OperationThread.retire()
    for continuation in waiting { continuation.resume(returning: outcome) }
  }

  private var left: SandboxError {
    SandboxError(
      .cancelled, "the caller went away or its deadline passed before the operation ended", sandboxID: sandboxID)
  }
}
