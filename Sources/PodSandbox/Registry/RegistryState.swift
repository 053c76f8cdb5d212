/// The table of a registry: a plain value, changed under its lock.
struct RegistryState: Sendable {
  /// What an id leads to, and what belongs to the id whatever that is.
  struct Place: Sendable {
    let id: String
    var entry: Entry
    let lane: Lane
    /// The steps that have not come back from the kernel.
    var lost: [StepName] = []
  }

  /// Whether no new sandboxes are taken.
  var isDrained = false
  private(set) var places: [String: Place] = [:]
  private(set) var names: [SandboxName: String] = [:]
  private var claims = HostPortClaims()
  /// The records that cannot be used, those included that gc is about to clear away: each holds its name where nobody else does.
  private var unusable: Set<String> = []
  private var events: [SandboxEvent] = []

  /// What has happened since it was asked last.
  mutating func takeEvents() -> [SandboxEvent] {
    guard !events.isEmpty else { return [] }
    defer { events = [] }
    return events
  }

  /// Lets an id lead to this and to nothing else; `nil`: to nothing, unless a step of it is still in the kernel, which it
  /// owes then.
  mutating func put(_ entry: Entry?, at id: String) {
    let before = places[id]
    claims.remove(id)
    unusable.remove(id)
    let after = entry ?? before.flatMap(Self.owing)
    if let after {
      places[id, default: Place(id: id, entry: after, lane: Lane())].entry = after
      claims.add(after.hostPorts, to: id)
      if after.isUnusable { unusable.insert(id) }
    } else {
      places[id] = nil
    }
    if let name = before?.entry.name, name != after?.name, names[name] == id {
      names[name] = unusable.first { places[$0]?.entry.name == name }
    }
    // A record that cannot be used takes its name from nobody who has it by right.
    guard let name = after?.name, names[name] == nil || after?.isUnusable == false else { return }
    names[name] = id
  }

  /// What an entry that is done with leaves while one of its steps has not come back from the kernel.
  private static func owing(_ place: Place) -> Entry? {
    // What the networks' plugins may still do outweighs the rest.
    guard let step = place.lost.first(where: { $0 == .attachNetworks }) ?? place.lost.first else { return nil }
    let sandbox: Sandbox
    switch place.entry {
    case .sandbox(let known): sandbox = known
    case .owed(let debt): sandbox = debt.sandbox
    case .run(let run): sandbox = Sandbox(record: bare(run.id, run.configuration), pause: nil)
    case .quarantined, .collecting: sandbox = Sandbox(record: bare(place.id, PodSandboxConfiguration()), pause: nil)
    }
    return .owed(Debt(sandbox: sandbox, reason: .step(step), since: .nowSinceEpoch))
  }

  /// What is known of an id that no record tells of.
  private static func bare(_ id: String, _ configuration: PodSandboxConfiguration) -> SandboxRecord {
    SandboxRecord(
      SandboxRecord.Intent(
        id: id, configuration: configuration, runtimeHandler: "", networks: [], bootID: "", createdAt: .nowSinceEpoch,
        warnings: []))
  }

  /// A run has become a sandbox.
  mutating func publish(_ sandbox: Sandbox) {
    put(.sandbox(sandbox), at: sandbox.id)
    tell(.created, sandbox)
    tell(.started, sandbox)
  }

  /// The sandbox is gone, and says so.
  mutating func remove(_ sandbox: Sandbox, leaving debt: Debt? = nil) {
    put(debt.map(Entry.owed), at: sandbox.id)
    tell(.deleted, sandbox)
  }

  mutating func changeSandbox<T>(_ id: String, _ body: (inout Sandbox) -> sending T) -> sending T? {
    guard case .sandbox(var sandbox)? = places[id]?.entry else { return nil }
    let wasReady = sandbox.state == .ready
    let value = body(&sandbox)
    put(.sandbox(sandbox), at: id)
    if wasReady, sandbox.state != .ready { tell(.stopped, sandbox) }
    return value
  }

  /// A step of this id was given up in the kernel.
  mutating func lose(_ step: StepName, of id: String) { places[id]?.lost.append(step) }

  /// It has come back, and what it had brought about is undone.
  mutating func recover(_ step: StepName, of id: String) {
    guard let index = places[id]?.lost.firstIndex(of: step) else { return }
    places[id]?.lost.remove(at: index)
    if case .owed(let debt)? = places[id]?.entry, case .step = debt.reason, places[id]?.lost.isEmpty == true {
      put(nil, at: id)
    }
  }

  /// The first of these ports of the host that somebody has.
  func conflict(for ports: [HostPort]) -> HostPortClaims.Conflict? { claims.conflict(for: ports) }

  private mutating func tell(_ kind: SandboxEvent.Kind, _ sandbox: Sandbox) {
    events.append(
      SandboxEvent(
        sandboxID: sandbox.id, kind: kind, createdAt: .nowSinceEpoch, status: kind == .deleted ? nil : sandbox.status))
  }
}
