import Synchronization

@testable import PodSandbox
@testable import berthd

/// Sandboxes that are only names: what is asked is kept, what is answered is given.
final class FakeSandboxes: Sandboxes {
  private let state = Mutex((configurations: [PodSandboxConfiguration](), handlers: [String](), removed: [String]()))
  private let failure: SandboxError?
  private let warnings: [String]

  init(failing failure: SandboxError? = nil, warnings: [String] = []) {
    self.failure = failure
    self.warnings = warnings
  }

  /// What was asked to be run.
  var configurations: [PodSandboxConfiguration] { state.withLock { $0.configurations } }
  /// With which handlers.
  var handlers: [String] { state.withLock { $0.handlers } }
  /// What was asked to be removed.
  var removed: [String] { state.withLock { $0.removed } }

  func run(_ configuration: PodSandboxConfiguration, runtimeHandler: String) async throws(SandboxError) -> RunOutcome {
    if let failure { throw failure }
    let id = state.withLock {
      $0.configurations.append(configuration)
      $0.handlers.append(runtimeHandler)
      return "id\($0.configurations.count)"
    }
    return RunOutcome(id: id, warnings: warnings)
  }

  func stop(_ id: String) async throws(SandboxError) -> [StepReport] { [] }

  func remove(_ id: String) async throws(SandboxError) -> [StepReport] {
    if let failure { throw failure }
    state.withLock { $0.removed.append(id) }
    return []
  }

  func forceRemove(_ id: String, forgive: Bool) async throws(SandboxError) -> [StepReport] {
    _ = try await remove(id)
    return [Self.stuck]
  }

  func overview() -> [SandboxOverview] { [] }

  func underWay() -> [OperationUnderWay] { [] }

  func drain(_ isDrained: Bool) async {}

  func leftovers() -> [Leftover] {
    [
      Leftover(
        kind: .owed, sandboxID: "id1", name: "a_n_u_0", steps: [Self.stuck], reason: "busy", since: 3, attempts: 2,
        nextAttempt: 9),
      Leftover(
        kind: .quarantined, sandboxID: "id2", name: "", steps: [], reason: "/r: it is empty", since: 0, attempts: 0,
        nextAttempt: nil),
    ]
  }

  func collectGarbage(dryRun: Bool) async throws(SandboxError) -> [Garbage] {
    [
      Garbage(
        sandboxID: "id3", found: ["/run/netns/x"], undo: dryRun ? [] : [Self.stuck], error: dryRun ? nil : "DEL failed")
    ]
  }

  func events() -> EventSubscription {
    let subscription = EventSubscription()
    subscription.send(SandboxEvent(sandboxID: "id1", kind: .started, createdAt: 7, status: try? status("id1")))
    subscription.send(SandboxEvent(sandboxID: "id1", kind: .deleted, createdAt: 8, status: nil))
    subscription.finish()
    return subscription
  }

  private static let stuck = StepReport(
    step: .attachNetworks, outcome: .failed, error: "DEL failed", milliseconds: 1.5)

  func status(_ id: String) throws(SandboxError) -> SandboxStatus {
    guard id == "id1" else { throw SandboxError(.notFound, "no pod sandbox with id \"\(id)\"", sandboxID: id) }
    return SandboxStatus(
      summary: summary, ip: "10.0.0.2", additionalIPs: ["fd00::2"],
      namespaceOptions: LinuxConfiguration.NamespaceOptions())
  }

  func details(_ id: String) async throws(SandboxError) -> SandboxDetails { throw SandboxError(.notFound, "not here") }

  func list(_ filter: SandboxFilter) -> [SandboxSummary] {
    filter.state == .notReady || !summary.id.hasPrefix(filter.id) ? [] : [summary]
  }

  func traces(_ id: String) async throws(SandboxError) -> [Trace] {
    let call = Trace.PluginCall(
      plugin: "bridge", network: "n", verb: "ADD", interface: "eth0", start: 10, duration: 20, outcome: .failed,
      exitStatus: 1,
      errorCode: 7, errorMessage: "no", errorDetails: "at all", stderr: "oops", isNative: true)
    let step = Trace.Step(
      step: .attachNetworks, action: .do, outcome: .failed, error: "e", start: 5, duration: 30, pluginCalls: [call],
      notes: ["n"])
    return [
      Trace(sandboxID: id, operation: .run, startedAt: 1, duration: 100, outcome: .failed, error: "e", steps: [step])
    ]
  }

  func runtimeStatus() -> RuntimeStatus {
    RuntimeStatus(
      conditions: [RuntimeStatus.Condition(type: "NetworkReady", status: false, reason: "R", message: "M")],
      runtimeHandlers: ["", "fast"],
      networks: [RuntimeStatus.Networks(directory: "/d", names: ["n"], loadError: "10.conflist: broken")])
  }

  private var summary: SandboxSummary {
    var metadata = PodSandboxConfiguration.Metadata()
    metadata.name = "a"
    return SandboxSummary(
      id: "id1", metadata: metadata, state: .ready, createdAt: 5, labels: ["k": "v"], annotations: [:],
      runtimeHandler: "fast")
  }
}
