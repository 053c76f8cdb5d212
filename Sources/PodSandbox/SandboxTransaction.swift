import LinuxKernel

/// Runs the steps of a sandbox in order, and undoes them in reverse.
///
/// Undo does not stop at a failure: only the steps that wait for the failed one (`undoWaitsFor`) are skipped.
struct SandboxTransaction<Context: StepContext>: Sendable {
  /// All of an operation runs on it: nothing is handed from thread to thread, and everything may block.
  let thread: OperationThread
  let timer: DeadlineTimer

  /// Does `steps`; after a failure, or when the task is cancelled, undoes those that had begun and throws.
  ///
  /// - Parameter willUndo: Called once before the undo begins.
  func run(
    _ steps: [any Step<Context>], on sandbox: Context, willUndo: @Sendable () -> Void = {}
  ) async throws(TransactionFailure<Context>) -> Context {
    let outcome = await withTaskExecutorPreference(thread) { await attempt(steps, on: sandbox, willUndo) }
    return try outcome.get()
  }

  private func attempt(
    _ steps: [any Step<Context>], on sandbox: Context, _ willUndo: @Sendable () -> Void
  ) async -> Result<Context, TransactionFailure<Context>> {
    var current = sandbox
    for (index, step) in steps.enumerated() {
      let begun = Array(steps[...index])
      let attempt = await perform(step, .do, on: current) { late in
        // It was given up and undone; what it has brought about since is undone now.
        _ = await undo(begun, of: late)
      }
      current = attempt.sandbox
      guard let cause = attempt.fault else { continue }
      willUndo()
      let (left, reports) = await undo(begun, of: current)
      return .failure(TransactionFailure(step: step.name, cause: cause, undo: reports, sandbox: left))
    }
    return .success(current)
  }

  /// Runs blocking work on the operation's thread; `nil` when it has not come back within `limit`.
  func block<T: Sendable>(for limit: Duration, _ body: @escaping @Sendable () -> T) async -> T? {
    await Watchdog.run(on: thread, until: .now + limit, timer: timer) { body() }
  }

  /// Undoes `steps` in reverse, uncancelled, and tells how each went.
  func undo(_ steps: [any Step<Context>], of sandbox: Context) async -> (Context, [StepReport]) {
    // A task of its own: the caller's cancellation must not reach it.
    await Task(executorPreference: thread) { await undoUncancelled(steps, of: sandbox) }.value
  }

  private func undoUncancelled(_ steps: [any Step<Context>], of sandbox: Context) async -> (Context, [StepReport]) {
    var current = sandbox
    var reports: [StepReport] = []
    for step in steps.reversed() {
      let unfinished = reports.filter { $0.outcome != .ok }.map(\.step)
      let awaited = step.undoWaitsFor.filter(unfinished.contains)
      guard awaited.isEmpty else {
        let reason = "waits for \(awaited.map(\.rawValue).joined(separator: ", "))"
        current.trace.skip(step.name, reason: reason)
        reports.append(StepReport(step: step.name, outcome: .skipped, error: reason, milliseconds: 0))
        continue
      }
      let start = SuspendingClock.now
      let attempt = await perform(step, .undo, on: current)
      current = attempt.sandbox
      reports.append(
        StepReport(
          step: step.name, outcome: attempt.fault == nil ? .ok : .failed, error: attempt.fault.map { "\($0)" },
          milliseconds: Double((SuspendingClock.now - start).nanoseconds) / 1e6))
    }
    return (current, reports)
  }

  /// One `do` or `undo`, on the operation's own thread, until its deadline.
  ///
  /// - Parameter late: What to do with the sandbox if the step comes back after it was given up.
  private func perform(
    _ step: any Step<Context>, _ action: Trace.Action, on sandbox: Context,
    late: @escaping @Sendable (Context) async -> Void = { _ in }
  ) async -> Attempt {
    var input = sandbox
    let limit = step.timeout(of: sandbox)
    input.deadline = .now + limit
    sandbox.trace.begin(step.name, action)
    let before = input
    let attempt = await Watchdog.run(on: thread, until: input.deadline + Watchdog.grace(limit), timer: timer) {
      await Self.attempt(step, action, on: before)
    } late: {
      await late($0.sandbox)
    }
    guard let attempt else {
      let stuck = SandboxError(
        .deadlineExceeded, "still in the kernel after \(limit + Watchdog.grace(limit)); given up"
      )
      sandbox.trace.end(.timeout, error: stuck.message)
      return Attempt(sandbox: sandbox, fault: stuck)
    }
    switch attempt.fault {
    case nil: sandbox.trace.end(.ok)
    case let fault?: sandbox.trace.end(fault is CancellationError ? .cancelled : .failed, error: "\(fault)")
    }
    return attempt
  }

  private static func attempt(_ step: any Step<Context>, _ action: Trace.Action, on before: Context) async -> Attempt {
    var sandbox = before
    do {
      try Task.checkCancellation()
      try Failpoint.pass("\(action.rawValue).\(step.name.rawValue).before")
      switch action {
      case .do: try await step.do(&sandbox)
      case .undo: try await step.undo(&sandbox)
      }
      try Failpoint.pass("\(action.rawValue).\(step.name.rawValue).after")
      return Attempt(sandbox: sandbox, fault: nil)
    } catch {
      return Attempt(sandbox: sandbox, fault: error)
    }
  }

  /// What a step made of the sandbox, and why it failed if it did.
  private struct Attempt: Sendable {
    let sandbox: Context
    let fault: (any Error)?
  }
}

/// A step failed; what had begun was undone.
struct TransactionFailure<Context: StepContext>: Error {
  let step: StepName
  let cause: any Error
  /// Newest step first; whatever did not end `ok` is left on the host.
  let undo: [StepReport]
  /// The sandbox as the undo left it.
  let sandbox: Context
  var isClean: Bool { undo.allSatisfy { $0.outcome == .ok } }
}
