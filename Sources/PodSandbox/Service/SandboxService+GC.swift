import CNI
import LinuxKernel
import Logging
import NetworkPlugins

extension SandboxService {
  /// Finds, and unless `dryRun` removes, what carries an id of this daemon and belongs to none of its sandboxes: network
  /// namespaces, pauses and their cgroups, files and shm mounts, CNI cache entries, host-local reservations, records that
  /// cannot be used; pays what is owed; and has the plugins of the configured networks collect theirs (CNI's GC).
  ///
  /// Nothing that another runtime, or a daemon with another root directory, has made is touched. A cgroup below a parent
  /// that a request had named is found only through one of the other things. Idempotent.
  /// Once begun it is not cancelled: a caller that goes away leaves it running.
  public func collectGarbage(dryRun: Bool) async throws(SandboxError) -> [Garbage] {
    let operation = try Operation<[Garbage]>(endsWhenAbandoned: false)
    try begin(operation, on: nil, in: garbageLane) { [self] end in
      end(Result { () throws(SandboxError) in try sweep(dryRun: dryRun) }, Afterwards())
    }
    return try await operation.value()
  }

  private var garbageFinder: GarbageFinder {
    GarbageFinder(host: host, quarantined: registry.quarantined) { [registry] id in
      registry.read { $0.isCollectable(id) }
    }
  }

  private func sweep(dryRun: Bool) throws(SandboxError) -> [Garbage] {
    let finder = garbageFinder
    // First the host, then the table: whatever has become somebody's meanwhile is found there.
    let found: [String: GarbageFinder.Traces]
    do { found = try finder.find() } catch { throw SandboxError(.internal, "the host cannot be searched: \(error)") }
    var garbage: [Garbage] = []
    for (id, traces) in found.sorted(by: { $0.key < $1.key }) {
      if dryRun {
        guard registry.read({ $0.isCollectable(id) }) else { continue }
        garbage.append(Garbage(sandboxID: id, found: traces.subjects, undo: [], error: nil))
      } else {
        guard taken(id) else { continue }
        garbage.append(clean(id, traces, finder))
      }
    }
    if !dryRun { garbage = verified(garbage) }
    garbage += finder.emptied().map { clear($0, dryRun: dryRun) }
    let owed = registry.debts.filter { $0.reason == .networks }
    if !dryRun {
      for debt in owed { payNow(debt.sandbox.id) }
      collectInPlugins()
      try? OwnedElement.tidySubnets()
    }
    return garbage + owed.map { settled($0, found[$0.sandbox.id]?.subjects ?? [], dryRun: dryRun) }
  }

  /// What is said to be gone is looked for once more.
  private func verified(_ garbage: [Garbage]) -> [Garbage] {
    // A host that cannot be searched any more was searched a moment ago.
    guard !garbage.isEmpty, let left = try? garbageFinder.find() else {
      return garbage
    }
    return garbage.map { item in
      guard item.error == nil, let still = left[item.sandboxID]?.subjects, !still.isEmpty else { return item }
      return Garbage(
        sandboxID: item.sandboxID, found: item.found, undo: item.undo,
        error: "still there: \(still.joined(separator: ", "))")
    }
  }

  /// Releases an address that nobody has, under host-local's lock.
  private func clear(_ reservation: HostLocalReservation, dryRun: Bool) -> Garbage {
    var fault: String?
    if !dryRun { do { try reservation.release() } catch { fault = "\(error)" } }
    return Garbage(sandboxID: "", found: ["\(reservation.path), which is empty"], undo: [], error: fault)
  }

  private func taken(_ id: String) -> Bool {
    var isTaken = false
    change { isTaken = $0.collect(id) }
    return isTaken
  }

  private func payNow(_ id: String) {
    let done = Handoff<Bool>()
    pay(id) { done.give($0) }
    _ = done.take()
  }

  /// What a debt holds on to, and whether it is paid.
  private func settled(_ debt: Debt, _ subjects: [String], dryRun: Bool) -> Garbage {
    let now = registry.debt(debt.sandbox.id)
    let leftovers = (now ?? debt).sandbox.leftovers
    let networks = debt.sandbox.record.networks.map(\.interfaceName).joined(separator: ", ")
    return Garbage(
      sandboxID: debt.sandbox.id, found: ["the DEL owed for \(networks)"] + subjects, undo: dryRun ? [] : leftovers,
      error: dryRun || now == nil ? nil : leftovers.compactMap(\.error).first ?? "it is still owed")
  }

  /// Undoes all steps for an id of which only traces are left, in its own lane.
  private func clean(_ id: String, _ traces: GarbageFinder.Traces, _ finder: GarbageFinder) -> Garbage {
    guard host.ids.owns(id) else { return clear(id, traces, finder) }
    let done = Handoff<Garbage>()
    let lane = registry.lane(id)
    do throws(KernelError) {
      try lane.enter { [self] in
        var pod = finder.ghost(id, traces)
        pod.mayHaveOrphans = true
        transaction(id).undo(steps.all, of: pod) { [self] left, reports in
          var faults = reports.filter { $0.outcome == .failed }.compactMap(\.error)
          if faults.isEmpty { faults = finder.release(traces) }
          let isClean = faults.isEmpty
          change { $0.endCollection(id, isClean: isClean) }
          lane.leave()
          done.give(
            Garbage(
              sandboxID: id, found: traces.subjects, undo: reports,
              error: isClean ? nil : faults.joined(separator: "; ")))
          host.traces.forget(id)
          left.afterwards.run()
        }
      }
    } catch {
      change { $0.endCollection(id, isClean: false) }
      return Garbage(sandboxID: id, found: traces.subjects, undo: [], error: "\(error)")
    }
    return done.take()
  }

  /// Removes a file among the records that no daemon of this root directory has named: nothing else on the host is known of it.
  private func clear(_ id: String, _ traces: GarbageFinder.Traces, _ finder: GarbageFinder) -> Garbage {
    let faults = finder.release(traces)
    change { $0.endCollection(id, isClean: faults.isEmpty) }
    return Garbage(
      sandboxID: id, found: traces.subjects, undo: [], error: faults.isEmpty ? nil : faults.joined(separator: "; "))
  }

  /// CNI's GC for every configured network that has it, and of native plugins in any.
  private func collectInPlugins() {
    let ids = host.ids
    for list in host.networks.all.flatMap(\.lists).flatMap({ [$0] + host.plugins.native.collectable(in: $0) }) {
      let cni = host.plugins.runtime(list, timeout: host.plugins.deleteTimeout) { ids.owns($0) }
      do throws(CNIError) {
        try cni.gc(list, isOurs: { _ in false }, currentlyValid: { [self] in validAttachments() })
      } catch {
        host.logger.warning("GC of network \(list.name) failed: \(error)")
      }
    }
  }

  /// The attachments of all sandboxes, those of runs that have yet to commit and those that are owed included: one snapshot.
  private func validAttachments() -> Set<AttachmentIdentity> {
    let configuration = host.configuration
    return registry.read { state in
      state.attachments { configuration.runtimeHandlers[$0]?.networks.count ?? 0 }
    }
  }
}
