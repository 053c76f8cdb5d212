import LinuxKernel
import Logging

extension SandboxService {
  /// What is left of sandboxes that could not be cleaned up, and of records that cannot be used. From memory.
  public func leftovers() -> [Leftover] {
    let now = SuspendingClock.now
    let sandboxes = registry.all.map(\.current).filter { !$0.leftovers.isEmpty }.map { state in
      Leftover(
        kind: .sandbox, sandboxID: state.record.id, name: "\(state.record.name)", steps: state.leftovers,
        reason: state.leftovers.compactMap(\.error).first ?? "", since: state.record.createdAt, attempts: 0,
        nextAttempt: nil)
    }
    let owed = debts.all.map { debt in
      let state = debt.sandbox.current
      return Leftover(
        kind: .owed, sandboxID: state.record.id, name: "\(state.record.name)", steps: state.leftovers,
        reason: state.leftovers.compactMap(\.error).first ?? "not tried yet since berthd started", since: debt.since,
        attempts: debt.attempts,
        nextAttempt: .nowSinceEpoch + max(.zero, debt.due - now).nanoseconds)
    }
    let quarantined = registry.quarantined.map { file in
      Leftover(
        kind: .quarantined, sandboxID: file.id, name: "", steps: [], reason: "\(file.path): \(file.reason)", since: 0,
        attempts: 0, nextAttempt: nil)
    }
    return sandboxes + owed + quarantined
  }

  /// Removes the sandbox as `remove` does; but when its networks will not let go of it, frees its name all the same. The
  /// DEL that is then owed is written down, listed under `leftovers`, and tried again with back-off until it succeeds.
  ///
  /// - Throws: When something other than the networks could not be undone, or the debt cannot be written down.
  @discardableResult
  public func forceRemove(_ id: String) async throws(SandboxError) -> [StepReport] {
    do {
      return try await remove(id)
    } catch {
      guard let sandbox = try registry.find(id) else { return [] }
      return try await detached(on: sandbox) { [self] (thread) async throws(SandboxError) in
        try await sandbox.gate.pass { () async throws(SandboxError) in try await owe(sandbox, error, on: thread) }
      }
    }
  }

  /// Turns a sandbox whose DEL failed into a debt.
  private func owe(
    _ sandbox: Sandbox, _ failure: SandboxError, on thread: OperationThread
  ) async throws(SandboxError) -> [StepReport] {
    let current = sandbox.current
    guard !current.isRemoved else { return [] }
    let failed = current.leftovers.filter { $0.outcome == .failed }.map(\.step)
    guard failed == [.attachNetworks] else { throw failure }
    var record = current.record
    try await mark(record, .owed, durable: true, by: SandboxTransaction(thread: thread, timer: host.timer))
    record.stage = .owed
    sandbox.withState {
      $0.record = record
      $0.isRemoved = true
    }
    // In this order: a collection of garbage never finds it unknown.
    debts.add(sandbox)
    registry.remove(sandbox)
    emit(.deleted, sandbox)
    host.logger.warning("removed by force; its networks' DEL is owed", metadata: ["sandbox": "\(sandbox.id)"])
    return failure.undo
  }

  /// Tries to pay what one sandbox owes.
  func pay(_ sandbox: Sandbox) async -> Bool {
    do throws(SandboxError) {
      let thread = try host.operationThread(for: sandbox.id)
      _ = try await sandbox.gate.pass { () async throws(SandboxError) in
        try await release(sandbox, .remove, on: thread)
      }
      host.logger.info("the DEL that was owed is done", metadata: ["sandbox": "\(sandbox.id)"])
      return true
    } catch {
      host.logger.warning("the owed DEL failed again: \(error)", metadata: ["sandbox": "\(sandbox.id)"])
      return false
    }
  }
}
