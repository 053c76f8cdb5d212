import JSON
import LinuxKernel

/// Does the steps of a sandbox in order and undoes them in reverse, one after the other on the thread that calls.
///
/// Undo does not stop at a failure: only the steps that wait for the failed one (`undoWaitsFor`) are left out. A step that
/// does not come back from the kernel is given up by its watchdog: the rest goes on in a new thread, which is where `then` is
/// called; the lost thread ends when it finds its slot taken, after `late` has had what it brought about.
struct Transaction<Subject: StepSubject>: Sendable {
  typealias Steps = [any Step<Subject>]

  let watcher: Watcher
  /// Called on a new thread when a step was given up, before anything else goes on.
  let lost: @Sendable (StepName) -> Void
  /// Called on the lost thread when its step has come back: with the sandbox as the step left it, and, if it was to do
  /// something, the steps that had begun by then. The thread ends afterwards.
  let late: @Sendable (StepName, Subject, Steps) -> Void

  /// Does `steps`; after a failure, or when the operation is cancelled, undoes those that had begun.
  ///
  /// - Parameter willUndo: Called once before the undo begins.
  func run(
    _ steps: Steps, on subject: Subject, willUndo: @escaping @Sendable () -> Void = {},
    then: @escaping @Sendable (Result<Subject, TransactionFailure<Subject>>) -> Void
  ) {
    var current = subject
    for index in steps.indices {
      let begun = Array(steps[...index])
      let fail: @Sendable (Attempt) -> Void = { attempt in
        guard let fault = attempt.fault else { return }
        let begunBefore = fault as? LateFault
        let (step, cause) = (begunBefore?.step ?? steps[index].name, begunBefore?.cause ?? fault)
        willUndo()
        undo(begun, of: attempt.subject) { left, reports in
          then(.failure(TransactionFailure(step: step, cause: cause, undo: reports, subject: left)))
        }
      }
      guard let attempt = perform(steps[index], .do, on: current, begun: begun, givenUp: fail) else { return }
      guard attempt.fault == nil else { return fail(attempt) }
      current = attempt.subject
    }
    then(.success(current))
  }

  /// Undoes `steps` in reverse, uncancelled, and tells how each went.
  func undo(_ steps: Steps, of subject: Subject, then: @escaping @Sendable (Subject, [StepReport]) -> Void) {
    var subject = subject
    subject.cancellation = nil
    undo(steps[...], of: subject, reports: [], then)
  }

  private func undo(
    _ steps: ArraySlice<any Step<Subject>>, of subject: Subject, reports: [StepReport],
    _ then: @escaping @Sendable (Subject, [StepReport]) -> Void
  ) {
    var (rest, current, reports) = (steps, subject, reports)
    while let step = rest.popLast() {
      let unfinished = reports.filter { $0.outcome != .ok }.map(\.step)
      let awaited = step.undoWaitsFor.filter(unfinished.contains)
      guard awaited.isEmpty else {
        let reason = "waits for \(awaited.map(\.rawValue).joined(separator: ", "))"
        current.trace.skip(step.name, reason: reason)
        reports.append(StepReport(step: step.name, outcome: .skipped, error: reason, milliseconds: 0))
        continue
      }
      let (remaining, known, start) = (rest, reports, SuspendingClock.now)
      let attempt = perform(step, .undo, on: current, begun: []) { attempt in
        undo(remaining, of: attempt.subject, reports: known + [attempt.report(step.name, since: start)], then)
      }
      guard let attempt else { return }
      current = attempt.subject
      reports.append(attempt.report(step.name, since: start))
    }
    then(current, reports)
  }

  /// One `do` or `undo`, until its deadline.
  ///
  /// - Parameter givenUp: Called in a new thread when the step has not come back in time.
  /// - Returns: `nil` on a thread that was given up: it has nothing more to do.
  private func perform(
    _ step: any Step<Subject>, _ action: Trace.Action, on subject: Subject, begun: Steps,
    givenUp: @escaping @Sendable (Attempt) -> Void
  ) -> Attempt? {
    let limit = step.timeLimit(of: subject)
    var input = subject
    input.deadline = .now + limit
    input.traceEntry = subject.trace.begin(step.name, action)
    let (slot, entry, trace) = (Slot(), input.traceEntry, subject.trace)
    let alarm = Watchdog(watcher: watcher, slot: slot).arm(at: input.deadline + Watchdog.grace(limit)) { [lost] in
      lost(step.name)
      let stuck = SandboxError(
        .deadlineExceeded, "still in the kernel after \(limit + Watchdog.grace(limit)); given up")
      trace.end(entry, .timeout, error: stuck.message)
      givenUp(Attempt(subject: subject, fault: stuck))
    }
    let attempt = Self.attempt(step, action, on: input)
    alarm.cancel()
    guard slot.take() else {
      late(step.name, attempt.subject, begun)
      return nil
    }
    switch attempt.fault {
    case nil: trace.end(entry, .ok)
    case let fault?: trace.end(entry, Cancelled.isCause(fault) ? .cancelled : .failed, error: "\(fault)")
    }
    return attempt
  }

  private static func attempt(_ step: any Step<Subject>, _ action: Trace.Action, on before: Subject) -> Attempt {
    var subject = before
    do {
      if before.cancellation?.isCancelled == true { throw Cancelled() }
      try Failpoint.pass("\(action.rawValue).\(step.name.rawValue).before")
      switch action {
      case .do: try step.do(&subject)
      case .undo: try step.undo(&subject)
      }
      try Failpoint.pass("\(action.rawValue).\(step.name.rawValue).after")
      return Attempt(subject: subject, fault: nil)
    } catch {
      return Attempt(subject: subject, fault: error)
    }
  }

  /// What a step made of the sandbox, and why it failed if it did.
  private struct Attempt: Sendable {
    let subject: Subject
    let fault: (any Error)?

    func report(_ step: StepName, since start: SuspendingClock.Instant) -> StepReport {
      StepReport(
        step: step, outcome: fault == nil ? .ok : .failed,
        error: fault.map { "\($0)".cut(toBytes: StepReport.errorLimit) },
        milliseconds: Double((SuspendingClock.now - start).nanoseconds) / 1e6,
        code: fault.map(SandboxError.code(of:)))
    }
  }
}

/// A step failed; what had begun was undone.
struct TransactionFailure<Subject: StepSubject>: Error {
  let step: StepName
  let cause: any Error
  /// Newest step first; whatever did not end `ok` is left on the host.
  let undo: [StepReport]
  /// The sandbox as the undo left it.
  let subject: Subject
  var isClean: Bool { undo.allSatisfy { $0.outcome == .ok } }
}

/// What a step had begun has failed by the time that a later one waits for it.
struct LateFault: Error, CustomStringConvertible {
  /// The step whose failure it is.
  let step: StepName
  let cause: any Error
  var description: String { "\(step.rawValue): \(cause)" }
}
