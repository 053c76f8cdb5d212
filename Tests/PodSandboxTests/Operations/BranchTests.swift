import LinuxKernel
import Synchronization
import Testing

@testable import PodSandbox

@Suite("Steps are done beside others", .timeLimit(.minutes(1)))
struct BranchTests {
  private typealias Outcome = Result<Diary, TransactionFailure<Diary>>

  private let watcher: Watcher
  private let losses = Losses()

  init() throws { watcher = try Watcher() }

  /// Runs the steps until the end is told, on whatever thread that is.
  private func run(_ steps: [FakeStep]) throws -> Outcome {
    let outcome = Handoff<Outcome>()
    try DedicatedThread.start { [losses, watcher] in
      losses.transaction(watcher).run(steps, on: Diary()) { outcome.give($0) }
    }
    return outcome.take()
  }

  private func failure(_ outcome: Outcome) throws -> TransactionFailure<Diary> {
    guard case .failure(let failure) = outcome else { throw Fault("it succeeded") }
    return failure
  }

  /// Each waits for the other: done one after the other they would never end.
  private let cgroup = Handoff<Void>()
  private let networks = Handoff<Void>()

  @Test("what follows goes on beside them, and the step that joins has what both have done")
  func besides() throws {
    let seen = Mutex<[String]>([])
    let after = try run([
      FakeStep(.writeIntent),
      FakeStep(
        .createCgroup, beside: true,
        doing: { [cgroup, networks] _ in
          cgroup.give(())
          networks.take()
        }),
      FakeStep(.startPause, beside: true),
      FakeStep(
        .attachNetworks,
        doing: { [cgroup, networks] _ in
          cgroup.take()
          networks.give(())
        }),
      FakeStep(.commit, joins: true, doing: { diary in seen.withLock { $0 = diary.entries } }),
    ]).get()
    #expect(
      after.entries == ["do WriteIntent", "do AttachNetworks", "do CreateCgroup", "do StartPause", "do Commit"])
    #expect(seen.withLock { $0 } == after.entries)
    #expect(after.trace.snapshot().steps.allSatisfy { $0.outcome == .ok })
  }

  @Test("what fails beside is told as its own failure, before the step that joins begins; all that had begun is undone")
  func fails() throws {
    let failure = try failure(
      try run([
        FakeStep(.writeIntent), FakeStep(.createCgroup, beside: true, doing: { _ in throw Fault("no cgroup") }),
        FakeStep(.startPause, beside: true), FakeStep(.attachNetworks), FakeStep(.commit, joins: true),
      ]))
    #expect(failure.step == .createCgroup && "\(failure.cause)" == "no cgroup")
    #expect(failure.undo.map(\.step) == [.attachNetworks, .startPause, .createCgroup, .writeIntent])
    #expect(!failure.subject.entries.contains("do StartPause") && !failure.subject.entries.contains("do Commit"))
    #expect(failure.subject.trace.snapshot().steps.first { $0.step == .createCgroup }?.error == "no cgroup")
  }

  @Test("a failure meanwhile waits for what goes on beside, and undoes what that has done by then")
  func failsMeanwhile() throws {
    let failure = try failure(
      try run([
        FakeStep(
          .startPause, beside: true,
          doing: { [networks] diary in
            networks.take()
            diary.entries.append("a pause")
          }),
        FakeStep(
          .attachNetworks,
          doing: { [networks] _ in
            networks.give(())
            throw Fault("no network")
          }),
        FakeStep(.commit, joins: true),
      ]))
    #expect(failure.step == .attachNetworks && "\(failure.cause)" == "no network")
    #expect(
      failure.subject.entries
        == ["do AttachNetworks", "do StartPause", "a pause", "undo AttachNetworks", "undo StartPause"])
    #expect(failure.isClean)
  }

  @Test("one that does not come back beside is given up in its own name, and undone late")
  func stuckBeside() throws {
    let stuck = Stuck()
    let failure = try failure(
      try run([
        FakeStep(.writeIntent),
        FakeStep(.startPause, limit: shortOnce(), beside: true, doing: { _ in stuck.block() }),
        FakeStep(.attachNetworks), FakeStep(.commit, joins: true),
      ]))
    #expect(failure.step == .startPause)
    #expect(losses.all == ["lost StartPause"])
    #expect(failure.undo.map(\.step) == [.attachNetworks, .startPause, .writeIntent])
    stuck.letGo()
    #expect(losses.late.take().begun == [.writeIntent, .startPause])
  }

  @Test("one that does not come back meanwhile is given up, and what goes on beside is waited for and undone")
  func stuckMeanwhile() throws {
    let stuck = Stuck()
    let failure = try failure(
      try run([
        FakeStep(
          .startPause, beside: true,
          doing: { diary in
            stuck.waitUntilInside()
            diary.entries.append("a pause")
          }),
        FakeStep(.attachNetworks, limit: shortOnce(), doing: { _ in stuck.block() }), FakeStep(.commit, joins: true),
      ]))
    #expect(failure.step == .attachNetworks)
    #expect(failure.subject.entries.contains("a pause"))
    #expect(failure.undo.map(\.step) == [.attachNetworks, .startPause])
    stuck.letGo()
    #expect(losses.late.take().begun == [.startPause, .attachNetworks])
  }

  @Test("where nothing is left to go on meanwhile, they are done like all others")
  func last() throws {
    let after = try run([FakeStep(.writeIntent), FakeStep(.startPause, beside: true)]).get()
    #expect(after.entries == ["do WriteIntent", "do StartPause"])
  }
}
