/// One step of a run: what it does, and how that is undone.
///
/// `undo` serves a failed run, Stop, Remove, recovery and gc alike. It is idempotent, is never cancelled, has a deadline
/// of its own, and accepts a `do` that never began, stopped half way or finished, in this life of the daemon or in an
/// earlier one. Both run where blocking is allowed.
protocol Step<Context>: Sendable {
  /// What the step works on.
  associatedtype Context: StepContext
  /// The name in traces and reports.
  var name: StepName { get }
  /// The steps whose undo must have succeeded before this one's may begin.
  var undoWaitsFor: [StepName] { get }
  /// The most time that `do` or `undo` may take.
  func timeout(of sandbox: Context) -> Duration
  /// Brings the step's effect about.
  func `do`(_ sandbox: inout Context) async throws
  /// Removes the step's effect, or throws telling what is left.
  func undo(_ sandbox: inout Context) async throws
}

/// What steps work on, as far as the transaction must know it.
///
/// A value: a step that is stuck in the kernel keeps its copy, and nobody waits for it.
protocol StepContext: Sendable {
  /// Times of the steps and plugin calls.
  var trace: TraceRecorder { get }
  /// What a step may wait for at most; set before each one.
  var deadline: SuspendingClock.Instant { get set }
}

extension Step<SandboxContext> {
  func timeout(of sandbox: SandboxContext) -> Duration { sandbox.host.configuration.stepTimeout }
}

/// The steps of a run, in order.
enum Steps {
  static let all: [any Step<SandboxContext>] = [
    ReserveName(), PrepareFiles(), CreateCgroup(), StartPause(), PinNetworkNamespace(), AttachNetworks(), Commit(),
  ]

  /// What Stop undoes: all but the record and the files.
  static let stopped = all.filter { !removed.map(\.name).contains($0.name) }

  /// What Remove undoes of a stopped sandbox.
  static let removed: [any Step<SandboxContext>] = [ReserveName(), PrepareFiles()]
}
