import CNI
import LinuxKernel
import SystemPackage

extension SandboxError {
  /// A failed run, after its undo.
  init(_ failure: TransactionFailure<SandboxContext>) {
    let id = failure.sandbox.record.id
    var message = Self.message(failure.cause, step: failure.step, id: id)
    let left = failure.undo.filter { $0.outcome != .ok }
    if !left.isEmpty { message += "; " + Self.describe(left) }
    self.init(Self.code(failure.cause), message, sandboxID: id, undo: failure.undo)
  }

  /// A stop or remove that left something.
  init(_ leftovers: [StepReport], _ operation: Trace.Operation, _ id: String, _ reports: [StepReport]) {
    self.init(
      .internal, "\(operation.rawValue) of \(id): \(Self.describe(leftovers)); call it again when that is mended",
      sandboxID: id, undo: reports)
  }

  private static func describe(_ leftovers: [StepReport]) -> String {
    let failed = leftovers.filter { $0.outcome == .failed }
      .map { "\($0.step.rawValue) could not be undone: \($0.error ?? "no reason given")" }
    let waiting = leftovers.filter { $0.outcome == .skipped }.map(\.step.rawValue)
    return failed.joined(separator: "; ")
      + (waiting.isEmpty ? "" : " (therefore kept: \(waiting.joined(separator: ", ")))")
  }

  private static func message(_ cause: any Error, step: StepName, id: String) -> String {
    switch cause {
    case is CancellationError: "the run was given up during \(step.rawValue): nobody waits for it any more"
    case let error as CNIError:
      "failed to setup network for sandbox \"\(id)\": \(error)"
        + (error.kind == .plugin ? " (CNI error code \(error.code))" : "")
    default: "\(step.rawValue): \(cause)"
    }
  }

  private static func code(_ cause: any Error) -> Code {
    switch cause {
    case let error as SandboxError: error.code
    case is CancellationError: .cancelled
    case let error as KernelError: code(error)
    default: .internal
    }
  }

  private static func code(_ error: KernelError) -> Code {
    switch error.errno {
    case .noSpace, .tooManyOpenFiles, .tooManyOpenFilesInSystem, .noMemory, .resourceTemporarilyUnavailable:
      .resourceExhausted
    default: .internal
    }
  }
}
