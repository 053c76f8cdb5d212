import LinuxKernel

/// One step of a run: what it does, and how that is undone.
///
/// Both block, and that is what their thread is for. `undo` serves a failed run, Stop, Remove, recovery and gc alike. It is
/// idempotent, is never cancelled, has a deadline of its own, and accepts a `do` that never began, stopped half way or
/// finished, in this life of the daemon or in an earlier one.
protocol Step<Subject>: Sendable {
  /// What the step works on.
  associatedtype Subject: StepSubject
  /// The name in traces and reports.
  var name: StepName { get }
  /// The steps whose undo must have succeeded before this one's may begin.
  var undoWaitsFor: [StepName] { get }
  /// The most time that `do` or `undo` may take.
  func timeLimit(of subject: Subject) -> Duration
  /// Brings the step's effect about.
  func `do`(_ subject: inout Subject) throws
  /// Removes the step's effect, or throws telling what is left.
  func undo(_ subject: inout Subject) throws
}

/// What steps work on, as far as the transaction must know it.
///
/// A value: a step that is stuck in the kernel keeps its copy, and nobody waits for it.
protocol StepSubject: Sendable {
  /// Times of the steps and plugin calls.
  var trace: TraceRecorder { get }
  /// Where the step under way stands in the trace; set before each one.
  var traceEntry: TraceRecorder.Entry? { get set }
  /// What a step may wait for at most; set before each one.
  var deadline: SuspendingClock.Instant { get set }
  /// Tells a step to end early; `nil` while undoing.
  var cancellation: Cancellation? { get set }
}
