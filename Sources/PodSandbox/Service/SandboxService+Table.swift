import CNI
import LinuxKernel
import Logging
import NetworkPlugins
import Synchronization

extension SandboxService {
  /// Sees to it that what ready sandboxes have in nf_tables stays there, whatever others do to the table: from now on, and what
  /// was taken away while no daemon was there.
  func keepTable() {
    let settings = [host.plugins.native] + host.configuration.runtimeHandlers.values.compactMap(\.nativePlugins)
    // What lives was attached by the settings of before.
    guard settings.contains(where: { $0 != .never }) || registry.sandboxes.contains(where: \.record.usesNativePlugins)
    else { return }
    if let reason = HostTableKeeper.reasonWhyNot {
      return host.logger.notice("\(reason); port mappings and masquerading are left to the plugins' executables")
    }
    do {
      let ids = host.ids
      let keeper = try HostTableKeeper(owns: { ids.owns($0) }) { [weak self] mended in self?.restoreTable(mended) }
      tableKeeper.withLock { $0 = keeper }
    } catch {
      host.logger.warning("what others do to nf_tables will not be noticed: \(error)")
    }
  }

  private func restoreTable(_ mended: Result<Bool, any Error>) {
    switch mended {
    case .success(true): host.logger.notice("mended what somebody else has deleted of the pods' table in nf_tables")
    case .success(false): break
    case .failure(let error): host.logger.error("the pods' table in nf_tables cannot be mended: \(error)")
    }
    deleteLostEntries()
    for sandbox in registry.sandboxes where sandbox.record.stage == .ready && sandbox.record.hasNativePlugins {
      do {
        guard try tableRequests(sandbox).contains(where: NativePlugins.lacksTableEntries) else { continue }
        try restoreTable(sandbox.id)
      } catch {
        host.logger.error(
          "what the pod has in nf_tables cannot be looked at: \(error)", metadata: ["sandbox": "\(sandbox.id)"])
      }
    }
  }

  /// Takes away what bears the id of a sandbox that has no network any more: others may load what they saved when it had one.
  private func deleteLostEntries() {
    do {
      for element in try OwnedElement.all() where host.ids.owns(element.identity.containerID) {
        guard isLost(element.identity.containerID) else { continue }
        try element.delete()
        host.logger.notice(
          "deleted what stood in nf_tables for a pod that is gone: \(element)",
          metadata: ["sandbox": "\(element.identity.containerID)"])
      }
    } catch {
      host.logger.error("what stands in nf_tables for pods that are gone cannot be deleted: \(error)")
    }
  }

  /// How often the table has been looked after so far; see ``restoreTable(of:since:)``.
  var tableLooks: Int { tableKeeper.withLock { $0?.lookCount } ?? 0 }

  /// Makes the entries of a sandbox that has just become ready again, where the table was looked after since its run began: it was
  /// not among those that were looked at.
  func restoreTable(of sandbox: Sandbox, since looks: Int) {
    guard sandbox.record.hasNativePlugins, looks != tableLooks else { return }
    do {
      try restoreTable(sandbox.id)
    } catch {
      host.logger.error(
        "the pod's entries in nf_tables cannot be made again: \(error)", metadata: ["sandbox": "\(sandbox.id)"])
    }
  }

  /// In the sandbox's own lane, and only while it is ready: a Stop that came first takes its entries away for good.
  private func restoreTable(_ id: String) throws {
    let lane = registry.lane(id)
    try lane.enter { [self] in
      defer { lane.leave() }
      guard let sandbox = registry.sandbox(id), sandbox.record.stage == .ready else { return }
      do {
        let requests = try tableRequests(sandbox)
        guard try requests.contains(where: NativePlugins.lacksTableEntries) else { return }
        for request in requests { try NativePlugins.restoreTableEntries(request) }
        host.logger.notice("made the pod's entries in nf_tables again", metadata: ["sandbox": "\(id)"])
      } catch {
        host.logger.error(
          "the pod's entries in nf_tables cannot be made again: \(error)", metadata: ["sandbox": "\(id)"])
      }
    }
  }

  /// What CHECK would give to each native plugin of a sandbox.
  private func tableRequests(_ sandbox: Sandbox) throws -> [PluginRequest] {
    let pod = host.pod(sandbox.record, trace: TraceRecorder(.recovery, sandboxID: sandbox.id))
    return try pod.record.networks.indices.flatMap { index -> [PluginRequest] in
      guard let executed = pod.record.networks[index].executed else { return [] }
      let attachment = try pod.attachment(index, networkNamespace: pod.paths.networkNamespace)
      return host.plugins.cache
        .requests(.check, try pod.record.networks[index].list(), attachment, previousResult: try pod.result(index))
        .filter { !executed.contains($0.plugin) }
    }
  }
}
