import CNI
import LinuxKernel
import Logging

extension SandboxService {
  /// How many sandboxes are recovered at once: each may have to call plugins.
  private static let recoveriesAtOnce = 8

  /// Brings every record of an earlier daemon to rest: adopts, finishes or undoes. Never fails for one record's sake.
  ///
  /// Blocks until all of that has been tried; when it returns, List is complete.
  func recover() throws(SandboxError) {
    let found: SandboxStore.Contents
    do throws(KernelError) {
      found = try host.store.load()
    } catch {
      throw SandboxError(.failedPrecondition, "the records cannot be listed: \(error)")
    }
    for text in found.mended { host.logger.notice("\(text)") }
    for file in found.unreadable { quarantine(file) }
    var pauses: [String: ProcessHandle] = [:]
    let plan = RecoveryPlan(found.records, bootID: host.bootID) { record in
      pauses[record.id] = record.outcome.flatMap { ProcessHandle.open($0.pause) }
      return pauses[record.id] != nil
    }
    tellOfReboot(plan)
    rememberDataDirectories(plan)
    for (record, decision) in plan.decisions { enter(record, decision, pauses[record.id]) }
    finish(plan)
    clearCache()
    releaseLostReservations()
    reapLostLinks()
    host.traces.retain(registry.read { Set($0.places.keys) })
    host.logger.info(
      "recovered",
      metadata: ["sandboxes": "\(registry.sandboxes.count)", "quarantined": "\(registry.quarantined.count)"])
  }

  private func quarantine(_ file: SandboxStore.Unreadable) {
    host.logger.error(
      "a sandbox record cannot be used and is set aside",
      metadata: ["sandbox": "\(file.id)", "path": "\(file.path)", "reason": "\(file.reason)"])
    change { state in
      // An id leads to one thing only: a second file of it is found by gc once the first is gone.
      if state.places[file.id] == nil { state.put(.quarantined(file), at: file.id) }
    }
  }

  private func tellOfReboot(_ plan: RecoveryPlan) {
    let count = plan.decisions.count { $0.record.stage == .ready && $0.record.intent.bootID != host.bootID }
    guard count > 0 else { return }
    host.logger.notice(
      "the host has been rebooted: the sandboxes of before are not ready; stop them to release their addresses",
      metadata: ["sandboxes": "\(count)"])
  }

  /// Records of a daemon that had no such list tell what should be on it.
  private func rememberDataDirectories(_ plan: RecoveryPlan) {
    let lists = plan.decisions.flatMap { $0.record.networks }.compactMap { try? $0.list() }
    for list in lists + host.networks.all.flatMap(\.lists) {
      do throws(KernelError) {
        try host.plugins.dataDirectories.remember(list)
      } catch {
        host.logger.warning("a directory of addresses cannot be written down: \(error)")
      }
    }
  }

  /// Gives the record its place; nothing is undone yet.
  private func enter(_ record: SandboxRecord, _ decision: RecoveryPlan.Decision, _ pause: ProcessHandle?) {
    var sandbox = Sandbox(record: record, pause: decision == .adopt ? pause : nil)
    switch decision {
    case .adopt:
      break
    case .rest:
      if record.intent.bootID == host.bootID {
        host.logger.warning("its pause is gone; the sandbox is not ready", metadata: ["sandbox": "\(record.id)"])
      }
    case .keep: break
    case .undo, .finishStop: sandbox.mayHaveOrphans = true
    case .pay:
      sandbox.mayHaveOrphans = true
      let since = record.owedSince ?? .nowSinceEpoch
      return place(.owed(Debt(sandbox: sandbox, reason: .networks, since: since, due: .now)), at: record.id)
    }
    place(.sandbox(sandbox), at: record.id)
    if let pause = sandbox.pause { watch(record.id, pause) }
  }

  private func place(_ entry: Entry, at id: String) {
    change { state in
      // A readable record wins over a file of the same id that is not.
      state.put(entry, at: id)
    }
  }

  /// Undoes what the earlier daemon had begun, or leaves the sandbox listed with what is left of it. Debts are tried
  /// beside whatever else the daemon does.
  private func finish(_ plan: RecoveryPlan) {
    let places = Places(Self.recoveriesAtOnce)
    for (record, decision) in plan.decisions {
      let id = record.id
      switch decision {
      case .undo, .finishStop:
        places.take()
        finish(id, decision) { places.give() }
      case .pay:
        if let debt = registry.debt(id) { schedulePayment(debt) }
      case .adopt, .rest, .keep: break
      }
    }
    places.takeAll()
  }

  private func finish(_ id: String, _ decision: RecoveryPlan.Decision, _ done: @escaping @Sendable () -> Void) {
    // Where all is undone the id leads to nothing, and to no lane, when this ends.
    let lane = registry.lane(id)
    let end: End<[StepReport]> = { [self] outcome, afterwards in
      switch outcome {
      case .success:
        host.logger.info("cleaned up after an earlier berthd", metadata: ["sandbox": "\(id)"])
      case .failure(let error):
        host.logger.error("could not clean up after an earlier berthd: \(error)", metadata: ["sandbox": "\(id)"])
      }
      lane.leave()
      afterwards.run()
      done()
    }
    do throws(KernelError) {
      try lane.enter { [self] in
        decision == .undo ? remove(id, .recovery, end) : stop(id, .stop, end)
      }
    } catch {
      host.logger.error("could not clean up after an earlier berthd: \(error)", metadata: ["sandbox": "\(id)"])
      done()
    }
  }

  /// Half-written cache entries of a killed daemon; what cannot be removed harms nobody.
  private func clearCache() {
    try? host.plugins.cache.removeTemporaryFiles()
  }

  /// Whether something of a pod without a record is still in the kernel: that is gc's to undo, its address included.
  func mayLive(_ id: String) -> Bool {
    let path = host.configuration.networkNamespaceDirectory + "/" + SandboxIDs.networkNamespaceName(id)
    let group = Cgroup(path: host.configuration.cgroupParent + "/" + id, in: host.cgroups.all)
    return NetworkNamespace.isPinned(path) || group.exists
  }

  /// Releases the addresses that host-local has under ids of this instance which lead to nothing any more, and those whose
  /// file a loss of power has emptied: whose they were is not known, and nobody would ever get them.
  private func releaseLostReservations() {
    for directory in host.plugins.dataDirectories.all {
      do throws(KernelError) {
        for reservation in try HostLocalReservation.all(in: directory) {
          switch reservation.content {
          case .owner(let id):
            guard host.ids.owns(id), registry.read({ $0.places[id] == nil }), !mayLive(id) else { continue }
          case .empty: break
          }
          do {
            try reservation.release()
            host.logger.notice("released an address that nobody has", metadata: ["path": "\(reservation.path)"])
          } catch {
            host.logger.warning("an address that nobody has cannot be released: \(error)")
          }
        }
      } catch {
        host.logger.warning("the addresses of a network cannot be looked through: \(error)")
      }
    }
  }
}
