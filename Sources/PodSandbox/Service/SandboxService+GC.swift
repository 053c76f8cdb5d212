import CNI
import FoundationEssentials
import LinuxKernel
import Logging

extension SandboxService {
  /// Finds, and unless `dryRun` removes, what carries an id of this daemon and belongs to none of its sandboxes: network
  /// namespaces, pauses and their cgroups, files and shm mounts, CNI cache entries, host-local reservations, records that
  /// cannot be used; pays what is owed; and has the plugins of the configured networks collect theirs (CNI's GC).
  ///
  /// Nothing that another runtime, or a daemon with another root directory, has made is touched. A cgroup below a parent
  /// that a request had named is found only through one of the other things. Idempotent.
  /// Once begun it is not cancelled: a caller that goes away leaves it running.
  public func collectGarbage(dryRun: Bool) async throws(SandboxError) -> [Garbage] {
    try operations.check()
    let operation = SharedOperation<[Garbage]>(endsWhenAbandoned: false)
    operations.start(operation, on: try host.operationThread()) { [self] () async throws(SandboxError) in
      try await garbageGate.pass { () async throws(SandboxError) in await sweep(dryRun: dryRun) }
    }
    return try await operation.value()
  }

  private func sweep(dryRun: Bool) async -> [Garbage] {
    let finder = GarbageFinder(host: host)
    // Whoever is known before or after the search: what is made or removed meanwhile is no garbage.
    let before = knownIDs()
    let found = await finder.find()
    let known = before.union(knownIDs())
    var garbage: [Garbage] = []
    for (id, traces) in found.sorted(by: { $0.key < $1.key }) where !known.contains(id) {
      if dryRun {
        garbage.append(Garbage(sandboxID: id, found: traces.subjects, undo: [], error: nil))
      } else {
        garbage.append(await clean(id, traces, finder))
      }
    }
    garbage += await strayRecords(dryRun: dryRun)
    let owed = debts.all
    if !dryRun {
      await debts.payAll()
      await collectInPlugins()
    }
    return garbage + owed.map { settled($0, found[$0.sandbox.id]?.subjects ?? [], dryRun: dryRun) }
  }

  /// Files among the records that no daemon of this root directory has named: nothing else on the host is known of them.
  private func strayRecords(dryRun: Bool) async -> [Garbage] {
    var garbage: [Garbage] = []
    for file in registry.quarantined where !host.ids.owns(file.id) {
      var fault: String?
      if !dryRun {
        do {
          try await DedicatedThread.run(name: "berth-gc") { [host] in try host.store.remove(file.id) }
          registry.releaseQuarantine(file.id)
        } catch {
          fault = "\(error)"
        }
      }
      garbage.append(Garbage(sandboxID: file.id, found: [file.path], undo: [], error: fault))
    }
    return garbage
  }

  /// What a debt holds on to, and whether it is paid.
  private func settled(_ debt: Debts.Debt, _ subjects: [String], dryRun: Bool) -> Garbage {
    let state = debt.sandbox.current
    let isOpen = debts.all.contains { $0.sandbox.id == debt.sandbox.id }
    let networks = state.record.networks.map(\.interfaceName).joined(separator: ", ")
    return Garbage(
      sandboxID: debt.sandbox.id, found: ["the DEL owed for \(networks)"] + subjects,
      undo: dryRun ? [] : state.leftovers,
      error: dryRun || !isOpen ? nil : state.leftovers.compactMap(\.error).first ?? "it is still owed")
  }

  private func knownIDs() -> Set<String> {
    Set(registry.all.map(\.id) + registry.runs.map(\.id) + debts.all.map(\.sandbox.id))
  }

  /// Undoes all steps for an id of which only traces are left.
  private func clean(_ id: String, _ traces: GarbageFinder.Traces, _ finder: GarbageFinder) async -> Garbage {
    do throws(SandboxError) {
      let record = await finder.ghost(id, traces)
      let transaction = SandboxTransaction<SandboxContext>(
        thread: try host.operationThread(for: id), timer: host.timer)
      var context = SandboxContext(record: record, host: host, trace: TraceRecorder(.recovery, sandboxID: id))
      context.mayHaveOrphans = true
      let (_, reports) = await transaction.undo(Steps.all, of: context)
      var faults = reports.filter { $0.outcome == .failed }.compactMap(\.error)
      if faults.isEmpty { faults = await finder.releaseReservations(traces) }
      if faults.isEmpty { registry.releaseQuarantine(id) }
      return Garbage(
        sandboxID: id, found: traces.subjects, undo: reports,
        error: faults.isEmpty ? nil : faults.joined(separator: "; "))
    } catch {
      return Garbage(sandboxID: id, found: traces.subjects, undo: [], error: "\(error)")
    }
  }

  /// The attachments of all sandboxes, those of runs that have yet to commit included.
  private func validAttachments() -> Set<AttachmentIdentity> {
    let committed = registry.all.map(\.current.record).flatMap { record in
      record.networks.map { AttachmentIdentity(containerID: record.id, interfaceName: $0.interfaceName) }
    }
    let underWay = registry.runs.flatMap { run in
      let count = host.configuration.runtimeHandlers[run.runtimeHandler]?.networks.count ?? 0
      return (0..<max(1, count)).map { AttachmentIdentity(containerID: run.id, interfaceName: "eth\($0)") }
    }
    return Set(committed + underWay)
  }

  /// CNI's GC for every configured network that has it.
  private func collectInPlugins() async {
    let cni = host.cni(timeout: host.configuration.pluginDeleteTimeout)
    for list in host.allCatalogs.flatMap(\.lists) {
      do {
        try await cni.gc(list, isOurs: { _ in false }, currentlyValid: { [self] in validAttachments() })
      } catch {
        host.logger.warning("GC of network \(list.name) failed: \(error)")
      }
    }
  }
}
