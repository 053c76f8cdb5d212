import JSON
import CNI
import LinuxKernel
import SystemPackage

extension SandboxError {
  /// A failed run, after its undo.
  ///
  /// - Parameter givenUp: On whose account it was asked to end early, if it was.
  init(_ failure: TransactionFailure<Pod>, givenUp: Impatience?) {
    let id = failure.subject.record.id
    let isCutOff = Cancelled.isCause(failure.cause)
    var message =
      isCutOff
      ? Self.cutOff(givenUp, step: failure.step, id: id) : Self.message(failure.cause, step: failure.step, id: id)
    let left = failure.undo.filter { $0.outcome != .ok }
    if !left.isEmpty { message += "; " + Self.describe(left) }
    let code = isCutOff ? (givenUp == .shutdown ? .unavailable : .cancelled) : Self.code(of: failure.cause)
    self.init(code, message.cut(toBytes: 16 << 10), sandboxID: id, undo: failure.undo)
  }

  /// A stop or remove that left something.
  init(_ leftovers: [StepReport], _ operation: Trace.Operation, _ id: String, _ reports: [StepReport]) {
    // One kind of failure is the whole's; of several none is.
    let codes = Set(leftovers.filter { $0.outcome == .failed }.map { $0.code ?? .internal })
    self.init(
      codes.count == 1 ? codes.first ?? .internal : .internal,
      "\(operation.rawValue) of \(id): \(Self.describe(leftovers).cut(toBytes: 16 << 10)); call it again when that is mended",
      sandboxID: id, undo: reports)
  }

  private static func describe(_ leftovers: [StepReport]) -> String {
    let failed = leftovers.filter { $0.outcome == .failed }
      .map { "\($0.step.rawValue) could not be undone: \($0.error ?? "no reason given")" }
    let waiting = leftovers.filter { $0.outcome == .skipped }.map(\.step.rawValue)
    return failed.joined(separator: "; ")
      + (waiting.isEmpty ? "" : " (therefore kept: \(waiting.joined(separator: ", ")))")
  }

  private static func cutOff(_ givenUp: Impatience?, step: StepName, id: String) -> String {
    switch givenUp {
    case .shutdown:
      "the run was cut off during \(step.rawValue) because berthd is shutting down; its trace is kept: berthctl trace \(id)"
    case .abandoned, nil: "the run was given up during \(step.rawValue): nobody waits for it any more"
    }
  }

  private static func message(_ cause: any Error, step: StepName, id: String) -> String {
    switch cause {
    case let error as CNIError:
      "failed to setup network for sandbox \"\(id)\": \(error)"
        + (error.kind == .plugin ? " (CNI error code \(error.code))" : "")
    default: "\(step.rawValue): \(cause)"
    }
  }

  /// The kind of a step's failure.
  static func code(of cause: any Error) -> Code {
    switch cause {
    case let error as SandboxError: error.code
    case is RecordFault: .resourceExhausted
    case let error as KernelError: code(error)
    default: .internal
    }
  }

  private static func code(_ error: KernelError) -> Code {
    switch error.errno {
    case .timedOut: .deadlineExceeded
    case .noSpace, .tooManyOpenFiles, .tooManyOpenFilesInSystem, .noMemory, .resourceTemporarilyUnavailable:
      .resourceExhausted
    default: .internal
    }
  }
}
