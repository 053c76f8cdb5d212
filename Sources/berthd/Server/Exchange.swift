import NIOCore
import RuntimeAPI
import Synchronization

/// One call's operation, against the client's deadline and its presence.
///
/// The operation runs in a task of its own, which holds the admission until it has really ended: a client that is gone, or
/// whose deadline passed, gets no more than its operation cancelled, and what that takes to undo still counts as in progress.
final class Exchange: Sendable {
  private struct State {
    var done: (@Sendable (Answer) -> Void)?
    var task: Task<Void, Never>?
    var alarm: Scheduled<Void>?
  }
  private let call: CallContext
  private let gate: AdmissionGate
  private let eventLoop: any EventLoop
  private let state: Mutex<State>

  /// How long a cancelled operation may take to say which sandbox it was about, before the answer goes out without.
  private static let lastWord = TimeAmount.milliseconds(100)

  /// - Parameter done: Called once, on the event loop.
  init(
    _ call: CallContext, _ gate: AdmissionGate, _ eventLoop: any EventLoop, done: @escaping @Sendable (Answer) -> Void
  ) {
    self.call = call
    self.gate = gate
    self.eventLoop = eventLoop
    state = Mutex(State(done: done))
  }

  /// Begins the operation, on the executor or, without one, beside the event loop.
  func begin(
    _ operation: @escaping Route.Operation, _ body: RequestBody, _ admission: Admission,
    on executor: EventLoopExecutor?
  ) {
    let task = Task(executorPreference: executor) { [call] in
      let result: Result<[UInt8], any Error>
      do {
        result = .success(try await operation(try body.bytes(), call))
      } catch {
        result = .failure(error)
      }
      admission.release()
      self.settle(result)
    }
    admission.whenCancelled { task.cancel() }
    let alarm = call.deadline.map { deadline in
      eventLoop.scheduleTask(in: TimeAmount(deadline - .now)) {
        task.cancel()
        self.eventLoop.scheduleTask(in: Self.lastWord) { self.settle(.failure(Self.deadlineError)) }
      }
    }
    let isOver = state.withLock { state in
      (state.task, state.alarm) = (task, alarm.map { $0 })
      return state.done == nil
    }
    if isOver { alarm?.cancel() }
  }

  /// The client is gone: the operation is cancelled.
  func abandon() {
    state.withLock { $0.task }?.cancel()
    settle(.failure(ConnectError(code: .canceled, message: "the client went away")))
  }

  /// The first result counts.
  private func settle(_ result: Result<[UInt8], any Error>) {
    let (done, alarm) = state.withLock { state in (state.done.take(), state.alarm.take()) }
    alarm?.cancel()
    guard let done else { return }
    let answer = answer(result)
    if eventLoop.inEventLoop { done(answer) } else { eventLoop.execute { done(answer) } }
  }

  private static let deadlineError = ConnectError(
    code: .deadlineExceeded, message: "the deadline passed; what had begun is being undone")

  private func answer(_ result: Result<[UInt8], any Error>) -> Answer {
    switch result {
    case .success(let body):
      var answer = Answer(body)
      answer.headers = call.warnings.map { (WarningHeader.name, WarningHeader.encode($0)) }
      return answer
    case .failure(let refusal as Refusal): return refusal.answer
    case .failure(let error):
      var error = ConnectError(error)
      if error.code == .canceled {
        if let deadline = call.deadline, deadline <= .now {
          error.code = .deadlineExceeded
        } else if gate.isDraining {
          error.code = .unavailable
          error.message = "berthd is shutting down: \(error.message)"
        }
      }
      return Answer(error)
    }
  }
}
