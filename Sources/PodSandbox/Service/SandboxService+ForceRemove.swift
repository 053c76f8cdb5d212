import JSON
import CNI
import LinuxKernel
import Logging

extension SandboxService {
  /// Removes the sandbox as `remove` does; but when its networks will not let go of it, frees its name all the same. The
  /// DEL that is then owed is written down, listed under `leftovers`, and tried again with back-off until it succeeds.
  ///
  /// With `forgive` nothing is owed: what the networks keep is written off, the addresses that host-local has under this id
  /// are released, and the answer tells as `forgiven` what was given up. An id that already owes its DEL is forgiven too.
  ///
  /// - Throws: When something other than the networks could not be undone.
  @discardableResult
  public func forceRemove(_ id: String, forgive: Bool = false) async throws(SandboxError) -> [StepReport] {
    let failure: SandboxError
    do {
      let reports = try await remove(id)
      guard reports.isEmpty, forgive else { return reports }
      return try await forgiveDebt(id)
    } catch {
      failure = error
    }
    guard let id = try registry.find(id)?.id else { return [] }
    let operation = try Operation<[StepReport]>(on: id, endsWhenAbandoned: false)
    try begin(operation, on: id, in: registry.lane(id)) { [self] end in
      forgive ? writeOff(id, failure, end) : owe(id, failure, end)
    }
    return try await operation.value()
  }

  /// The sandbox, when it is the networks alone that will not let go of it.
  private func heldByNetworks(_ id: String, _ end: End<[StepReport]>, _ failure: SandboxError) -> Sandbox? {
    guard let sandbox = registry.sandbox(id) else {
      end(.success([]), Afterwards())
      return nil
    }
    guard sandbox.leftovers.filter({ $0.outcome == .failed }).map(\.step) == [.attachNetworks] else {
      end(.failure(failure), Afterwards())
      return nil
    }
    return sandbox
  }

  /// Turns a sandbox whose DEL failed into a debt.
  private func owe(_ id: String, _ failure: SandboxError, _ end: @escaping End<[StepReport]>) {
    guard var sandbox = heldByNetworks(id, end, failure) else { return }
    let since = Int64.nowSinceEpoch
    sandbox.record.stage = .owed
    sandbox.record.owedSince = since
    let owing = sandbox
    let limit = host.configuration.stepTimeout
    Watchdog.run(until: .now + limit, host.watcher) {
      Result { try host.store.owe(id, since: since) }
    } then: { [self] result in
      // The record as it stands brings the sandbox back at the next start.
      if let fault = Self.fault(of: result, after: limit) {
        host.logger.error("the debt is in memory only: \(fault)", metadata: ["sandbox": "\(id)"])
      }
      let debt = Debt(sandbox: owing, reason: .networks, since: since, due: .now + Debt.firstPause)
      change { $0.remove(owing, leaving: debt) }
      host.logger.warning("removed by force; its networks' DEL is owed", metadata: ["sandbox": "\(id)"])
      schedulePayment(debt)
      end(.success(failure.undo), Afterwards())
    }
  }

  /// Gives up what the networks keep of a sandbox, and removes the rest.
  private func writeOff(_ id: String, _ failure: SandboxError, _ end: @escaping End<[StepReport]>) {
    guard let sandbox = heldByNetworks(id, end, failure) else { return }
    finishForgiven(sandbox, end) { [self] in change { $0.remove(sandbox) } }
  }

  private func forgiveDebt(_ prefix: String) async throws(SandboxError) -> [StepReport] {
    let matches = registry.debts.filter { $0.reason == .networks && $0.sandbox.id.utf8.starts(with: prefix.utf8) }
    guard matches.count <= 1 else {
      throw SandboxError(
        .invalidArgument,
        "\(matches.count) debts are of ids that begin with \"\(prefix.beginning(80))\"; give more digits")
    }
    guard let id = matches.first?.sandbox.id else { return [] }
    let operation = try Operation<[StepReport]>(on: id, endsWhenAbandoned: false)
    try begin(operation, on: id, in: registry.lane(id)) { [self] end in
      guard let debt = registry.debt(id) else { return end(.success([]), Afterwards()) }
      finishForgiven(debt.sandbox, end) { [self] in change { $0.put(nil, at: id) } }
    }
    return try await operation.value()
  }

  private func finishForgiven(
    _ sandbox: Sandbox, _ end: @escaping End<[StepReport]>, _ release: @escaping @Sendable () -> Void
  ) {
    undo(sandbox, .remove, steps.withoutNetworks) { [self] after, reports, error, afterwards in
      if let error { return end(.failure(error), afterwards) }
      let given = sandbox.leftovers.first { $0.step == .attachNetworks }?.error ?? "its networks' DEL was not tried"
      let kept = forgetNetworks(after)
      release()
      host.logger.warning(
        "written off by hand: \(given)\(kept.map { "; \($0)" }.joined())", metadata: ["sandbox": "\(sandbox.id)"])
      afterwards.add { [self] in host.traces.forget(sandbox.id) }
      let forgiven = StepReport(
        step: .attachNetworks, outcome: .forgiven, error: ([given] + kept).joined(separator: "; "), milliseconds: 0)
      end(.success([forgiven] + reports), afterwards)
    }
  }

  /// Releases the addresses that host-local has under the sandbox's id, and drops the cache entries, so that nobody asks again.
  ///
  /// - Returns: What could not be, a sentence each.
  private func forgetNetworks(_ sandbox: Sandbox) -> [String] {
    let pod = host.pod(sandbox.record, trace: TraceRecorder(.remove, sandboxID: sandbox.id))
    let cni = host.plugins.cache
    return sandbox.record.networks.indices.compactMap { index in
      do {
        let list = try sandbox.record.networks[index].list()
        try HostLocalReservation.release(list, of: sandbox.id, addresses: [])
        try cni.forget(list, pod.attachment(index, networkNamespace: pod.paths.networkNamespace))
        return nil
      } catch {
        return "\(error)"
      }
    }
  }
}
