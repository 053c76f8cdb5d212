import PodSandbox
import RuntimeAPI

extension ConnectError {
  /// A sandbox's error; its detail is the undo report, which also says which sandbox it was.
  init(sandbox error: SandboxError) {
    let report = error.sandboxID.map { id in
      UndoReport(podSandboxId: id, undo: error.undo.map(UndoReport.Step.init))
    }
    self.init(code: ConnectCode(error.code), message: error.message, details: report.map { [$0.detail] } ?? [])
  }
}

extension ConnectCode {
  init(_ code: SandboxError.Code) {
    self =
      switch code {
      case .cancelled: .canceled
      case .invalidArgument: .invalidArgument
      case .deadlineExceeded: .deadlineExceeded
      case .notFound: .notFound
      case .alreadyExists: .alreadyExists
      case .resourceExhausted: .resourceExhausted
      case .failedPrecondition: .failedPrecondition
      case .unimplemented: .unimplemented
      case .internal: .internal
      case .dataLoss: .dataLoss
      case .unavailable: .unavailable
      }
  }
}

extension UndoReport.Step {
  init(_ report: StepReport) {
    self.init(
      step: report.step.rawValue, outcome: report.outcome.rawValue, error: report.error ?? "",
      milliseconds: report.milliseconds)
  }
}
