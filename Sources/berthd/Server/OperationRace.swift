import NIOCore
import RuntimeAPI

/// One call's operation, against the client's deadline and its presence.
///
/// The operation runs in a task of its own, which holds the admission until it has really ended: a client that is gone, or
/// whose deadline passed, gets no more than its operation cancelled, and what that takes to undo still counts as in progress.
struct OperationRace: Sendable {
  let operation: Route.Operation
  let body: [UInt8]
  let call: CallContext
  let admission: Admission
  let gate: AdmissionGate
  let executor: EventLoopExecutor

  /// How long a cancelled operation may take to say which sandbox it was about, before the answer goes out without.
  private static let lastWord = Duration.milliseconds(100)

  /// The operation's answer, or the error that came before it.
  func run(watching connection: ConnectionHandler) async -> Answer {
    let settlement = Settlement<Result<[UInt8], any Error>>()
    let task = Task(executorPreference: executor) { [operation, body, call, admission] in
      defer { admission.release() }
      do {
        settlement.settle(.success(try await operation(body, call)))
      } catch {
        settlement.settle(.failure(error))
      }
    }
    admission.whenCancelled { task.cancel() }
    connection.whenClosed {
      task.cancel()
      settlement.settle(.failure(ConnectError(code: .canceled, message: "the client went away")))
    }
    let alarm = call.deadline.map { deadline in
      executor.eventLoop.scheduleTask(in: TimeAmount(deadline - .now)) {
        task.cancel()
        executor.eventLoop.scheduleTask(in: TimeAmount(Self.lastWord)) { settlement.settle(.failure(deadlineError)) }
      }
    }
    let result = await withTaskCancellationHandler {
      await settlement.value
    } onCancel: {
      task.cancel()
    }
    alarm?.cancel()
    connection.whenClosed(nil)
    return answer(result)
  }

  private var deadlineError: ConnectError {
    ConnectError(code: .deadlineExceeded, message: "the deadline passed; what had begun is being undone")
  }

  private func answer(_ result: Result<[UInt8], any Error>) -> Answer {
    switch result {
    case .success(let body):
      var answer = Answer(body)
      answer.headers = call.warnings.map { (WarningHeader.name, WarningHeader.encode($0)) }
      return answer
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
