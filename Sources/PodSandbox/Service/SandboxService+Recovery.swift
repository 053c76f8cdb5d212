import CNI
import LinuxKernel
import Logging

extension SandboxService {
  /// How many sandboxes are recovered at once: each may have to call plugins.
  private static let recoveriesAtOnce = 8

  /// Brings every record of an earlier daemon to rest: adopts, finishes or undoes. Never fails for one record's sake.
  func recover() async throws(SandboxError) {
    let found: (records: [SandboxRecord], unreadable: [SandboxStore.Unreadable])
    do {
      found = try host.store.load()
    } catch {
      throw SandboxError(.failedPrecondition, "the records cannot be listed: \(error)")
    }
    // Half-written cache entries of a killed daemon; what cannot be removed harms nobody.
    try? DurableFile.removeTemporaryFiles(in: host.configuration.cniCacheDirectory)
    for file in found.unreadable { quarantine(file, name: host.store.nameInUnreadable(file)) }
    let records = withoutDuplicates(found.records)
    await withTaskGroup(of: Void.self) { group in
      for (index, record) in records.enumerated() {
        if index >= Self.recoveriesAtOnce { await group.next() }
        group.addTask { await self.recover(record) }
      }
    }
    host.logger.info(
      "recovered",
      metadata: ["sandboxes": "\(registry.all.count)", "quarantined": "\(registry.quarantined.count)"])
  }

  /// Of two records with one name the newer is quarantined: the older has the name by right.
  private func withoutDuplicates(_ records: [SandboxRecord]) -> [SandboxRecord] {
    var owners: [SandboxName: String] = [:]
    return records.sorted { ($0.createdAt, $0.id) < ($1.createdAt, $1.id) }.filter { record in
      // What was removed by force has no name any more.
      guard record.stage != .owed else { return true }
      guard let owner = owners[record.name] else {
        owners[record.name] = record.id
        return true
      }
      quarantine(
        SandboxStore.Unreadable(
          id: record.id, path: host.store.path(of: record.id),
          reason: "its name \"\(record.name)\" belongs to \(owner), which is older"), name: nil)
      return false
    }
  }

  private func quarantine(_ file: SandboxStore.Unreadable, name: SandboxName?) {
    host.logger.error(
      "a sandbox record cannot be used and is set aside",
      metadata: ["sandbox": "\(file.id)", "path": "\(file.path)", "reason": "\(file.reason)"])
    registry.quarantine(file, name: name)
  }

  private func recover(_ record: SandboxRecord) async {
    let sandbox = Sandbox(Sandbox.State(record: record, pause: adoptablePause(record)))
    sandbox.withState { $0.mayHaveOrphans = [.creating, .stopping, .owed].contains(record.stage) }
    guard record.stage != .owed else {
      sandbox.withState { $0.isRemoved = true }
      return debts.add(sandbox, since: host.store.markedAt(record), after: .zero)
    }
    registry.publish(sandbox)
    switch record.stage {
    case .ready:
      if let pause = sandbox.current.pause {
        watch(sandbox, pause)
      } else {
        host.logger.warning("its pause is gone; the sandbox is not ready", metadata: ["sandbox": "\(record.id)"])
      }
    case .stopped, .owed: break
    case .creating: await finish(sandbox, .recovery)
    case .stopping: await finish(sandbox, .stop)
    }
  }

  /// Undoes what the earlier daemon had begun, or leaves the sandbox listed with what is left of it.
  private func finish(_ sandbox: Sandbox, _ operation: Trace.Operation) async {
    do {
      _ = try await release(sandbox, operation, on: host.operationThread(for: sandbox.id))
      host.logger.info("cleaned up after an earlier berthd", metadata: ["sandbox": "\(sandbox.id)"])
    } catch {
      host.logger.error("could not clean up after an earlier berthd: \(error)", metadata: ["sandbox": "\(sandbox.id)"])
    }
  }

  /// The pause of a committed sandbox, if it is this boot's and alive, and not another process with its pid.
  private func adoptablePause(_ record: SandboxRecord) -> ProcessHandle? {
    guard record.bootID == host.bootID, let outcome = record.outcome else { return nil }
    return ProcessHandle.open(outcome.pause)
  }
}
