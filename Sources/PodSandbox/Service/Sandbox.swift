import LinuxKernel
import Synchronization

/// A sandbox that is committed, or that could not be cleaned up, in this life of the daemon.
final class Sandbox: Sendable {
  /// What changes, guarded by one lock; operations that change it hold the gate too.
  struct State: Sendable {
    var record: SandboxRecord
    /// The running pause; `nil` once it has exited or was stopped.
    var pause: ProcessHandle?
    var exitWatch: ExitWatcher.Registration?
    /// Whether plugins of an earlier life of the daemon may still be at work.
    var mayHaveOrphans = false
    /// What the last stop or remove could not undo.
    var leftovers: [StepReport] = []
    /// The last stop, or remove that failed.
    var lastTrace: Trace?
    /// The last look for drift.
    var drift: (at: SuspendingClock.Instant, findings: [String])?
    /// Whether Remove has taken it.
    var isRemoved = false
    /// The Remove under way, for a run that waits for the name.
    var removal: SharedOperation<[StepReport]>?
  }

  let id: String
  let name: SandboxName
  let createdAt: Int64
  /// Operations on one sandbox are serial.
  let gate = SerialGate()
  private let state: Mutex<State>

  init(_ state: State) {
    id = state.record.id
    name = state.record.name
    createdAt = state.record.createdAt
    self.state = Mutex(state)
  }

  func withState<T>(_ body: (inout sending State) -> sending T) -> sending T { state.withLock(body) }

  /// The state as it is now.
  var current: State { state.withLock { $0 } }
}

extension Sandbox.State {
  var sandboxState: SandboxState { record.stage == .ready && pause != nil ? .ready : .notReady }

  var summary: SandboxSummary {
    SandboxSummary(
      id: record.id, metadata: record.configuration.metadata, state: sandboxState, createdAt: record.createdAt,
      labels: record.configuration.labels, annotations: record.configuration.annotations,
      runtimeHandler: record.runtimeHandler)
  }

  var status: SandboxStatus {
    let isReady = sandboxState == .ready
    return SandboxStatus(
      summary: summary, ip: isReady ? record.outcome?.ip ?? "" : "",
      additionalIPs: isReady ? record.outcome?.additionalIPs ?? [] : [],
      namespaceOptions: record.configuration.linux.securityContext.namespaceOptions)
  }

  /// What it is doing or waiting for, as refusals and `inspectp` tell it.
  var stageDescription: String {
    switch record.stage {
    case .creating: "a failed run with leftovers"
    case .ready: pause == nil ? "not ready, its pause has exited" : "ready"
    case .stopping: "half stopped"
    case .stopped: "stopped"
    case .owed: "removed, its DEL owed"
    }
  }
}
