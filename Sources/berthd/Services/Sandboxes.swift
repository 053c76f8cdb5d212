import PodSandbox

/// What the API's services ask of PodSandbox; a test answers in its place.
protocol Sandboxes: Sendable {
  func run(_ configuration: PodSandboxConfiguration, runtimeHandler: String) async throws(SandboxError) -> RunOutcome
  func stop(_ id: String) async throws(SandboxError) -> [StepReport]
  func remove(_ id: String) async throws(SandboxError) -> [StepReport]
  func forceRemove(_ id: String, forgive: Bool) async throws(SandboxError) -> [StepReport]
  func status(_ id: String) throws(SandboxError) -> SandboxStatus
  func details(_ id: String) async throws(SandboxError) -> SandboxDetails
  func list(_ filter: SandboxFilter) -> [SandboxSummary]
  func traces(_ id: String) async throws(SandboxError) -> [Trace]
  func leftovers() -> [Leftover]
  func collectGarbage(dryRun: Bool) async throws(SandboxError) -> [Garbage]
  func events() -> EventSubscription
  func runtimeStatus() -> RuntimeStatus
  func overview() -> [SandboxOverview]
  func underWay() -> [OperationUnderWay]
  func drain(_ isDrained: Bool) async
}

extension SandboxService: Sandboxes {}
