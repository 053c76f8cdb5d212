import JSON
import LinuxKernel

/// Does the steps of a sandbox in order and undoes them in reverse, one after the other on the thread that calls.
///
/// Steps that nothing needs for a while (``Step/runsBeside(_:)``) are done on a thread of their own, one after the other too,
/// while this one goes on with those that follow, up to the step that needs them (``Step/joins``). A failure anywhere ends both
/// before anything is undone.
///
/// Undo does not stop at a failure: only the steps that wait for the failed one (`undoWaitsFor`) are left out. A step that
/// does not come back from the kernel is given up by its watchdog: the rest goes on in a new thread, which is where `then` is
/// called; the lost thread ends when it finds its slot taken, after `late` has had what it brought about.
struct Transaction<Subject: StepSubject>: Sendable {
  typealias Steps = [any Step<Subject>]

  let watcher: Watcher
  /// For the steps that are done beside others.
  let threads: SpareThreads
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
    let end = End(steps: steps, willUndo: willUndo, then: then)
    var current = subject
    var branch: Branch<Subject>?
    var index = steps.startIndex
    while index < steps.endIndex {
      if branch == nil, let (begun, next) = branchOff(steps, at: index, on: current) {
        (branch, index) = (begun, next)
        continue
      }
      if steps[index].joins, let fault = join(&branch, to: &current) {
        return fail(end, fault, begun: index - 1, on: current)
      }
      let (place, beside) = (index, branch)
      let giveUp: @Sendable (Attempt) -> Void = { attempt in
        guard let cause = attempt.fault else { return }
        var left = attempt.subject
        if let beside { left.join(beside.end().subject) }
        fail(end, (steps[place].name, cause), begun: place, on: left)
      }
      let begun = Array(steps[...index])
      guard let attempt = perform(steps[index], .do, on: current, begun: begun, givenUp: giveUp) else { return }
      guard attempt.fault == nil else { return giveUp(attempt) }
      current = attempt.subject
      index += 1
    }
    if let fault = join(&branch, to: &current) { return fail(end, fault, begun: index - 1, on: current) }
    then(.success(current))
  }

  /// What a run ends with.
  private struct End: Sendable {
    let steps: Steps
    let willUndo: @Sendable () -> Void
    let then: @Sendable (Result<Subject, TransactionFailure<Subject>>) -> Void
  }

  /// Undoes the steps up to the last that had begun.
  private func fail(
    _ end: End, _ fault: (step: StepName, cause: any Error), begun last: Int, on subject: Subject
  ) {
    end.willUndo()
    undo(Array(end.steps[...last]), of: subject) { left, reports in
      end.then(
        .failure(TransactionFailure(step: fault.step, cause: fault.cause, undo: reports, subject: left)))
    }
  }

  /// Begins the steps from a place on that are to be done beside what follows them; nil where there are none, or no thread for
  /// them.
  private func branchOff(
    _ steps: Steps, at start: Int, on subject: Subject
  ) -> (branch: Branch<Subject>, next: Int)? {
    let next = steps[start...].firstIndex { !$0.runsBeside(subject) } ?? steps.endIndex
    guard start < next, next < steps.endIndex else { return nil }
    let branch = Branch<Subject>()
    do throws(KernelError) {
      try threads.run(elsewhere: true) { proceed(branch, steps, start..<next, on: subject) }
    } catch {
      return nil
    }
    return (branch, next)
  }

  /// Waits for the steps beside, if there are any, and tells which of them failed.
  private func join(
    _ branch: inout Branch<Subject>?, to subject: inout Subject
  ) -> (step: StepName, cause: any Error)? {
    guard let beside = branch.take()?.end() else { return nil }
    subject.join(beside.subject)
    return beside.fault
  }

  private func proceed(_ branch: Branch<Subject>, _ steps: Steps, _ range: Range<Int>, on subject: Subject) {
    var current = subject
    for index in range {
      let name = steps[index].name
      let giveUp: @Sendable (Attempt) -> Void = { attempt in
        guard let cause = attempt.fault else { return }
        branch.give(.init(subject: attempt.subject, fault: (name, cause)))
      }
      let begun = Array(steps[...index])
      guard let attempt = perform(steps[index], .do, on: current, begun: begun, givenUp: giveUp) else { return }
      guard attempt.fault == nil else { return giveUp(attempt) }
      current = attempt.subject
    }
    branch.give(.init(subject: current, fault: nil))
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
