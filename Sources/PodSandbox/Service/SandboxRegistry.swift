import LinuxKernel
import Synchronization

/// Which sandboxes there are and whose each name is. In memory; the records are the truth after a restart.
final class SandboxRegistry: Sendable {
  /// A run under way.
  struct Run: Sendable {
    let id: String
    let configuration: PodSandboxConfiguration
    let runtimeHandler: String
    let startedAt: Int64
    let operation: SharedOperation<String>
  }

  /// What a request for a new sandbox gets.
  enum Admission: Sendable {
    /// The name is the caller's now; it starts the run.
    case start(Run)
    /// The same configuration is being run already.
    case join(Run)
    /// A ready sandbox has this very configuration.
    case exists(String)
    /// Something under this name is ending.
    case wait(@Sendable () async -> Void)
  }

  private enum Holder {
    case run(Run)
    case sandbox(Sandbox)
    case quarantined(SandboxStore.Unreadable)
  }

  private struct State {
    var sandboxes: [String: Sandbox] = [:]
    var names: [SandboxName: Holder] = [:]
    var quarantine: [SandboxStore.Unreadable] = []
  }

  private let state = Mutex(State())

  /// Decides about a request in one step, so that of two requests at once only one starts.
  func admit(
    _ configuration: PodSandboxConfiguration, runtimeHandler: String, newID: () -> String
  ) throws(SandboxError) -> Admission {
    let name = SandboxName(configuration.metadata)
    let decision: Result<Admission, SandboxError> = state.withLock { state in
      switch state.names[name] {
      case nil:
        let id = newID()
        let run = Run(
          id: id, configuration: configuration, runtimeHandler: runtimeHandler, startedAt: .nowSinceEpoch,
          operation: SharedOperation(on: id, endsWhenAbandoned: true))
        state.names[name] = .run(run)
        return .success(.start(run))
      case .run(let run):
        if run.operation.isEnding { return .success(.wait { await run.operation.ended() }) }
        let isSame = run.configuration == configuration && run.runtimeHandler == runtimeHandler
        return isSame ? .success(.join(run)) : .failure(Refusal.run(run, name))
      case .sandbox(let sandbox):
        return Self.admit(sandbox, configuration, runtimeHandler)
      case .quarantined(let file):
        return .failure(Refusal.quarantined(file, name))
      }
    }
    return try decision.get()
  }

  private static func admit(
    _ sandbox: Sandbox, _ configuration: PodSandboxConfiguration, _ runtimeHandler: String
  ) -> Result<Admission, SandboxError> {
    let current = sandbox.current
    if let removal = current.removal { return .success(.wait { await removal.ended() }) }
    let isSame = current.record.configuration == configuration && current.record.runtimeHandler == runtimeHandler
    guard isSame, current.sandboxState == .ready else { return .failure(Refusal.sandbox(current, isSame: isSame)) }
    return .success(.exists(sandbox.id))
  }

  /// A run or a recovery has given the name to this sandbox.
  func publish(_ sandbox: Sandbox) {
    state.withLock {
      $0.sandboxes[sandbox.id] = sandbox
      $0.names[sandbox.name] = .sandbox(sandbox)
    }
  }

  /// The name is free again.
  func release(_ name: SandboxName) { state.withLock { $0.names[name] = nil } }

  /// The sandbox is gone, and its name, unless another one has that by now.
  func remove(_ sandbox: Sandbox) {
    state.withLock {
      $0.sandboxes[sandbox.id] = nil
      guard case .sandbox(let owner)? = $0.names[sandbox.name], owner === sandbox else { return }
      $0.names[sandbox.name] = nil
    }
  }

  /// Keeps an unusable record's id, and its name as far as it is known, reserved.
  func quarantine(_ file: SandboxStore.Unreadable, name: SandboxName?) {
    state.withLock {
      $0.quarantine.append(file)
      if let name, $0.names[name] == nil { $0.names[name] = .quarantined(file) }
    }
  }

  /// The unusable record is gone: its id and name are free again.
  func releaseQuarantine(_ id: String) {
    state.withLock { state in
      state.quarantine.removeAll { $0.id == id }
      state.names = state.names.filter { _, holder in
        if case .quarantined(let file) = holder { file.id != id } else { true }
      }
    }
  }

  /// The sandbox of this id or unique prefix of one; `nil` when there is none.
  func find(_ id: String) throws(SandboxError) -> Sandbox? {
    guard !id.isEmpty else {
      throw SandboxError(.invalidArgument, "pod_sandbox_id is empty; give an id or the first digits of one")
    }
    let matches = state.withLock { state in
      if let exact = state.sandboxes[id] { return [exact] }
      return state.sandboxes.values.filter { $0.id.hasPrefix(id) }
    }
    guard matches.count <= 1 else {
      throw SandboxError(
        .invalidArgument, "\(matches.count) sandboxes have ids that begin with \"\(id)\"; give more digits")
    }
    return matches.first
  }

  /// All sandboxes, the newest first.
  var all: [Sandbox] {
    state.withLock { Array($0.sandboxes.values) }.sorted { ($0.createdAt, $0.id) > ($1.createdAt, $1.id) }
  }

  /// The records that could not be used.
  var quarantined: [SandboxStore.Unreadable] { state.withLock { $0.quarantine } }

  /// The runs under way.
  var runs: [Run] {
    state.withLock { state in
      state.names.values.compactMap { if case .run(let run) = $0 { run } else { nil } }
    }
  }
}
