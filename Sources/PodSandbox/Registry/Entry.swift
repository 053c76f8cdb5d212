import LinuxKernel

/// What an id leads to: exactly one of these.
enum Entry: Sendable {
  /// A run under way.
  case run(Run)
  /// A sandbox that is committed, or that could not be cleaned up.
  case sandbox(Sandbox)
  /// Removed or failed, and not yet rid of everything; its name is free.
  case owed(Debt)
  /// A record that cannot be used; its id and name stay reserved until gc clears it away.
  case quarantined(SandboxStore.Unreadable)
  /// gc is undoing what was found of it.
  case collecting(Collection)
}

/// A run under way.
struct Run: Sendable {
  let id: String
  let configuration: PodSandboxConfiguration
  let runtimeHandler: String
  let startedAt: Int64
  let operation: Operation<RunOutcome>
}

/// What a sandbox without a name still owes.
struct Debt: Sendable {
  /// Why it is owed.
  enum Reason: Sendable, Hashable {
    /// Removed by force while its networks would not let go of it.
    case networks
    /// A step of it has not come back from the kernel.
    case step(StepName)
  }

  /// As it was when its name was freed, and what the last attempt left.
  var sandbox: Sandbox
  let reason: Reason
  /// When it came about, in nanoseconds since the epoch.
  let since: Int64
  var attempts = 0
  /// When it is tried next; `nil` for what ends by itself.
  var due: SuspendingClock.Instant?

  /// Whether its networks may still be attached, and so lead the host's ports to it.
  var mayBeAttached: Bool { reason == .networks || reason == .step(.attachNetworks) }
}

/// What gc has taken out of circulation.
struct Collection: Sendable {
  /// The record that could not be used, if that is what it was: back it goes where the collection fails.
  let quarantined: SandboxStore.Unreadable?
}

extension Entry {
  /// The name it holds: a debt holds none, and what gc collects only the one that a record had reserved.
  var name: SandboxName? {
    switch self {
    case .run(let run): SandboxName(run.configuration.metadata)
    case .sandbox(let sandbox): sandbox.record.name
    case .quarantined(let file): file.name
    case .collecting(let collection): collection.quarantined?.name
    case .owed: nil
    }
  }

  /// Whether it is a record that cannot be used, or what gc has taken: neither has a name by right.
  var isUnusable: Bool {
    switch self {
    case .quarantined, .collecting: true
    case .run, .sandbox, .owed: false
    }
  }

  /// The ports of the host that it holds: a pod's until its networks are detached, a debt's for as long.
  var hostPorts: [HostPort] {
    switch self {
    case .run(let run): run.configuration.hostPorts
    case .sandbox(let sandbox) where sandbox.record.stage != .stopped: sandbox.record.configuration.hostPorts
    case .owed(let debt) where debt.mayBeAttached: debt.sandbox.record.configuration.hostPorts
    case .sandbox, .owed, .quarantined, .collecting: []
    }
  }
}
