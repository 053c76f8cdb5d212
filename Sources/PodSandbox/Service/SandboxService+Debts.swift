import LinuxKernel
import Logging

extension Debt {
  static let firstPause = Duration.seconds(1)
  static let longestPause = Duration.seconds(300)

  /// When it is tried again after so many attempts that failed: twice as late each time.
  static func pause(after attempts: Int) -> Duration { min(firstPause * (1 << min(attempts, 9)), longestPause) }
}

extension Registry {
  /// What an id without a name still owes.
  func debt(_ id: String) -> Debt? {
    read { state in
      if case .owed(let debt)? = state.places[id]?.entry { debt } else { nil }
    }
  }
}

extension SandboxService {
  /// Sees to it that the debt is tried when it is due. Nothing is remembered of a daemon that is shutting down: the record
  /// says what is owed.
  func schedulePayment(_ debt: Debt) {
    guard let due = debt.due else { return }
    let id = debt.sandbox.id
    _ = host.watcher.schedule(at: due) { [weak self] in self?.pay(id, onlyIfDue: true) { _ in } }
  }

  /// Tries to pay what one sandbox owes, when it is its turn.
  ///
  /// - Parameter then: Called when that has been tried; true when nothing is owed any more.
  func pay(_ id: String, onlyIfDue: Bool = false, then: @escaping @Sendable (Bool) -> Void) {
    do throws(SandboxError) {
      let operation = try Operation<[StepReport]>(on: id, endsWhenAbandoned: false)
      try begin(operation, on: id, in: registry.lane(id)) { [self] end in
        guard let debt = registry.debt(id), debt.reason == .networks else {
          then(true)
          return end(.success([]), Afterwards())
        }
        if onlyIfDue, let due = debt.due, due > .now {
          then(false)
          return end(.success([]), Afterwards())
        }
        attempt(debt, end, then)
      }
    } catch {
      // Shutting down, or no thread to spare: tried again by the next start, or when there is one.
      if error.code == .resourceExhausted, let debt = registry.debt(id) { schedulePayment(debt) }
      then(false)
    }
  }

  private func attempt(
    _ debt: Debt, _ end: @escaping End<[StepReport]>, _ then: @escaping @Sendable (Bool) -> Void
  ) {
    let id = debt.sandbox.id
    undo(debt.sandbox, .remove, steps.all) { [self] after, reports, error, afterwards in
      if let error {
        var next = debt
        next.sandbox = after
        next.attempts += 1
        next.due = .now + Debt.pause(after: next.attempts)
        let owed = next
        change { $0.put(.owed(owed), at: id) }
        schedulePayment(owed)
        host.logger.warning("the owed DEL failed again: \(error)", metadata: ["sandbox": "\(id)"])
      } else {
        change { $0.put(nil, at: id) }
        afterwards.add { [self] in host.traces.forget(id) }
        host.logger.info("the DEL that was owed is done", metadata: ["sandbox": "\(id)"])
      }
      then(error == nil)
      end(error.map(Result.failure) ?? .success(reports), afterwards)
    }
  }
}
