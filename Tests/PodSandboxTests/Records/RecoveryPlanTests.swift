import Testing

@testable import PodSandbox

@Suite("What becomes of the records of an earlier daemon", .timeLimit(.minutes(1)))
struct RecoveryPlanTests {
  private func plan(_ records: [SandboxRecord], alive: Set<String> = []) -> [String: RecoveryPlan.Decision] {
    let plan = RecoveryPlan(records, bootID: "boot") { alive.contains($0.id) }
    #expect(plan.decisions.count == records.count)
    return Dictionary(uniqueKeysWithValues: plan.decisions.map { ($0.record.id, $0.decision) })
  }

  static let cases: [(SandboxRecord.Stage, Bool, Bool, RecoveryPlan.Decision)] = [
    (.creating, true, true, .undo), (.creating, true, false, .undo), (.creating, false, true, .undo),
    (.creating, false, false, .undo),
    (.ready, true, true, .adopt), (.ready, true, false, .rest), (.ready, false, true, .rest),
    (.ready, false, false, .rest),
    (.stopping, true, true, .finishStop), (.stopping, true, false, .finishStop), (.stopping, false, true, .finishStop),
    (.stopping, false, false, .finishStop),
    (.stopped, true, true, .keep), (.stopped, true, false, .keep), (.stopped, false, true, .keep),
    (.stopped, false, false, .keep),
    (.owed, true, true, .pay), (.owed, true, false, .pay), (.owed, false, true, .pay), (.owed, false, false, .pay),
  ]

  @Test("each stage, in this boot or another, with its pause alive or dead", arguments: cases.indices)
  func stages(_ index: Int) {
    let (stage, isOfThisBoot, isAlive, expected) = Self.cases[index]
    let record = Samples.record(stage, bootID: isOfThisBoot ? "boot" : "before")
    #expect(plan([record], alive: isAlive ? [record.id] : [])[record.id] == expected)
  }

  @Test("only the pause of what was ready in this boot is looked for")
  func asksForTheReady() {
    let records = [
      Samples.record(.ready, 1, name: "a"), Samples.record(.ready, 2, name: "b", bootID: "before"),
      Samples.record(.stopped, 3, name: "c"), Samples.record(.creating, 4, name: "d"),
      Samples.record(.stopping, 5, name: "e"), Samples.record(.owed, 6, name: "f"),
    ]
    var asked: [String] = []
    _ = RecoveryPlan(records, bootID: "boot") {
      asked.append($0.id)
      return true
    }
    #expect(asked == [Samples.id(1)])
  }

  @Test("ready without an outcome has no pause to be found by")
  func noOutcome() {
    var record = Samples.record(.ready)
    record.outcome = nil
    #expect(plan([record], alive: [record.id])[record.id] == .rest)
  }

  @Test(
    "of two records of one name the later intent keeps it, in whatever order they are read", arguments: [false, true])
  func duplicates(_ isReversed: Bool) {
    let old = Samples.record(.ready, 2, createdAt: 10)
    let new = Samples.record(.stopped, 1, createdAt: 11)
    let decisions = plan(isReversed ? [new, old] : [old, new], alive: [old.id])
    #expect(decisions == [old.id: .pay, new.id: .keep])
  }

  @Test("of three all but the latest are owed; of two at the same time one keeps the name")
  func moreDuplicates() {
    let records = (1...3).map { Samples.record(.creating, $0, createdAt: Int64($0)) }
    #expect(plan(records) == [Samples.id(1): .pay, Samples.id(2): .pay, Samples.id(3): .undo])
    let twins = [Samples.record(.ready, 1), Samples.record(.ready, 2)]
    #expect(plan(twins) == plan(twins.reversed()))
    #expect(plan(twins).values.filter { $0 == .rest }.count == 1)
  }

  @Test("a debt holds no name: an earlier sandbox of the same keeps it")
  func debtsHoldNoName() {
    let sandbox = Samples.record(.ready, 1, createdAt: 1)
    let debt = Samples.record(.owed, 2, createdAt: 2)
    #expect(plan([sandbox, debt], alive: [sandbox.id]) == [sandbox.id: .adopt, debt.id: .pay])
  }

  @Test("what tells two names apart keeps them apart")
  func names() {
    var records = [Samples.record(.stopped, 1)]
    records.append(Samples.record(.stopped, 2) { $0.metadata.attempt = 1 })
    records.append(Samples.record(.stopped, 3) { $0.metadata.namespace = "n" })
    records.append(Samples.record(.stopped, 4) { $0.metadata.uid = "u" })
    #expect(plan(records).values.allSatisfy { $0 == .keep })
  }

  @Test("the newest is first")
  func order() {
    let records = (1...4).map { Samples.record(.stopped, $0, name: "p\($0)", createdAt: Int64($0 % 3)) }
    let order = RecoveryPlan(records, bootID: "boot") { _ in false }.decisions.map(\.record.id)
    #expect(order == [Samples.id(2), Samples.id(4), Samples.id(1), Samples.id(3)])
  }
}
