/// What a request for a new sandbox gets.
enum Admission: Sendable {
  /// The name is the caller's now; it starts the run.
  case start(Run, Lane)
  /// The same configuration is being run already.
  case join(Run)
  /// A ready sandbox has this very configuration.
  case exists(RunOutcome)
  /// Something under this name is ending.
  case wait(@Sendable () async -> Void)
}

extension Registry {
  /// Decides about a request in one step, so that of two requests at once only one starts.
  ///
  /// - Throws: `alreadyExists` when the name is another's; `failedPrecondition` when a port of the host is; `unavailable` for a new
  ///   one while none are taken.
  func admit(
    _ configuration: PodSandboxConfiguration, runtimeHandler: String, newID: () -> String
  ) throws(SandboxError) -> Admission {
    // Most often it is needed, and it may not be had: before anything is changed.
    let operation = try Operation<RunOutcome>(endsWhenAbandoned: true)
    let id = newID()
    return try change { (state) throws(SandboxError) in
      try state.admit(configuration, runtimeHandler, newID: id, operation)
    }
  }
}

extension RegistryState {
  fileprivate mutating func admit(
    _ configuration: PodSandboxConfiguration, _ runtimeHandler: String, newID id: String,
    _ operation: Operation<RunOutcome>
  ) throws(SandboxError) -> Admission {
    let name = SandboxName(configuration.metadata)
    guard let owner = names[name], let place = places[owner] else {
      guard !isDrained else { throw Refusal.drained }
      try checkPorts(configuration)
      let run = Run(
        id: id, configuration: configuration, runtimeHandler: runtimeHandler, startedAt: .nowSinceEpoch,
        operation: operation)
      put(.run(run), at: id)
      return .start(run, places[id]?.lane ?? Lane())
    }
    switch place.entry {
    case .run(let run):
      if run.operation.isEnding { return .wait { await run.operation.ended() } }
      let isSame = run.configuration.isSameRequest(as: configuration) && run.runtimeHandler == runtimeHandler
      guard isSame else { throw Refusal.run(run, name) }
      return .join(run)
    case .sandbox(let sandbox):
      if let removal = sandbox.removal { return .wait { await removal.ended() } }
      let intent = sandbox.record.intent
      let isSame = intent.configuration.isSameRequest(as: configuration) && intent.runtimeHandler == runtimeHandler
      guard isSame, sandbox.state == .ready else { throw Refusal.sandbox(sandbox, isSame: isSame) }
      return .exists(RunOutcome(id: owner, warnings: sandbox.record.warnings))
    case .quarantined(let file): throw Refusal.quarantined(file, name)
    case .collecting(let collection):
      throw Refusal.collecting(owner, collection.quarantined, name)
    case .owed: preconditionFailure("a debt holds no name")
    }
  }

  private func checkPorts(_ configuration: PodSandboxConfiguration) throws(SandboxError) {
    guard let conflict = conflict(for: configuration.hostPorts) else { return }
    switch places[conflict.holderID]?.entry {
    case .owed(let debt)?: throw conflict.refusal(holderName: "\(debt.sandbox.record.name)", isOwed: true)
    case let holder: throw conflict.refusal(holderName: holder?.name.map { "\($0)" } ?? "")
    }
  }
}
