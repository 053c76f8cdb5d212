import CNI
import JSON
import LinuxKernel

extension SandboxService {
  /// The sandboxes that the filter lets pass, the newest first. From memory; never waits for an operation.
  public func list(_ filter: SandboxFilter = SandboxFilter()) -> [SandboxSummary] {
    registry.sandboxes.map(\.summary).filter { summary in
      (filter.id.isEmpty || summary.id.utf8.starts(with: filter.id.utf8))
        && (filter.state == nil || filter.state == summary.state)
        && filter.labelSelector.allSatisfy(summary.hasLabel)
    }
  }

  /// The sandbox of this id or unique prefix. From memory.
  ///
  /// - Throws: `notFound`.
  public func status(_ id: String) throws(SandboxError) -> SandboxStatus { try existing(id).status }

  /// What a verbose status adds, drift included: what is recorded and no longer so on the host, from a look that is a
  /// second old at most and takes half a second at most. Changes nothing.
  ///
  /// - Throws: `notFound`.
  public func details(_ id: String) async throws(SandboxError) -> SandboxDetails {
    let sandbox = try existing(id)
    let drift = await drift(of: sandbox)
    let traces = await recorded(sandbox.id)
    // What has changed meanwhile is told as it is now.
    let current = registry.sandbox(sandbox.id) ?? sandbox
    return SandboxDetails(current, host.paths(current.record), traces: traces, drift: drift)
  }

  /// The traces of the sandbox's run and of its last stop, or remove that failed; of a run that failed, its only one.
  ///
  /// - Throws: `notFound` when neither a sandbox nor one of the last failed runs has this id.
  public func traces(_ id: String) async throws(SandboxError) -> [Trace] {
    if let sandbox = try registry.find(id) { return await recorded(sandbox.id) }
    let failed = await recorded(id)
    guard !failed.isEmpty else { throw Self.notFound(id) }
    return failed
  }

  private func recorded(_ id: String) async -> [Trace] {
    await DedicatedThread.run(name: "berth-look") { [host] in host.traces.find(id) }
  }

  /// Whether this daemon can run sandboxes now, and why not.
  public func runtimeStatus() -> RuntimeStatus {
    let catalogs = host.networks.all
    let refusal = catalogs.first?.refusal
    let network = RuntimeStatus.Condition(
      type: "NetworkReady", status: refusal == nil, reason: refusal == nil ? "" : "NetworkPluginNotReady",
      message: refusal.map { "Network plugin returns error: \($0)" } ?? "")
    let isDrained = registry.read { $0.isDrained }
    let runtime = RuntimeStatus.Condition(
      type: "RuntimeReady", status: !isDrained, reason: isDrained ? "Drained" : "",
      message: isDrained ? Refusal.drained.message : "")
    return RuntimeStatus(
      conditions: [runtime, network],
      runtimeHandlers: [""] + host.configuration.runtimeHandlers.keys.filter { !$0.isEmpty }.sorted(),
      networks: catalogs.map { catalog in
        RuntimeStatus.Networks(
          directory: catalog.directory, names: catalog.lists.map(\.name), loadError: catalog.fault)
      })
  }

  private func existing(_ id: String) throws(SandboxError) -> Sandbox {
    guard let sandbox = try registry.find(id) else { throw Self.notFound(id) }
    return sandbox
  }

  private static func notFound(_ id: String) -> SandboxError {
    SandboxError(.notFound, "no pod sandbox with id \"\(id)\"; list them with \"berthctl pods\"", sandboxID: id)
  }
}

extension SandboxSummary {
  /// Whether it has a label, key and value the same bytes: Swift's own comparison takes é in its two spellings for one.
  fileprivate func hasLabel(_ key: String, _ value: String) -> Bool {
    guard let index = labels.index(forKey: key) else { return false }
    return labels[index].key.hasSameBytes(as: key) && labels[index].value.hasSameBytes(as: value)
  }
}
