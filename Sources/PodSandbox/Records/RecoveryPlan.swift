/// What becomes of the records of an earlier daemon: decided as a whole, from what was read, before anything is touched.
struct RecoveryPlan: Sendable {
  /// What is done with one record.
  enum Decision: Sendable, Equatable {
    /// Its pause lives: ready, and watched.
    case adopt
    /// Committed, and its pause is gone: not ready; Stop releases the rest.
    case rest
    /// Stopped: only record and files are left.
    case keep
    /// A run that never answered: undone.
    case undo
    /// A stop that was begun: finished.
    case finishStop
    /// Removed by force, or its name is another's by now: what its networks keep is owed.
    case pay
  }

  /// Each record with what is done with it.
  let decisions: [(record: SandboxRecord, decision: Decision)]

  /// - Parameter isAlive: Whether the recorded pause lives; asked only for what was ready in this boot.
  init(_ records: [SandboxRecord], bootID: String, isAlive: (SandboxRecord) -> Bool) {
    var owners: [SandboxName: String] = [:]
    // Of two records of one name the later intent keeps it: the earlier one's Remove was taken back by a loss of power.
    let newestFirst = records.sorted { ($0.intent.createdAt, $0.id) > ($1.intent.createdAt, $1.id) }
    for record in newestFirst where record.stage != .owed {
      if owners[record.name] == nil { owners[record.name] = record.id }
    }
    decisions = newestFirst.map { record in
      guard record.stage == .owed || owners[record.name] == record.id else { return (record, .pay) }
      return (record, Self.decide(record, bootID, isAlive))
    }
  }

  private static func decide(
    _ record: SandboxRecord, _ bootID: String, _ isAlive: (SandboxRecord) -> Bool
  ) -> Decision {
    switch record.stage {
    case .creating: .undo
    case .ready: record.intent.bootID == bootID && record.outcome != nil && isAlive(record) ? .adopt : .rest
    case .stopping: .finishStop
    case .stopped: .keep
    case .owed: .pay
    }
  }
}
