import Glibc
import LinuxKernel
import Synchronization
import Testing

@testable import PodSandbox

@Suite("A step that does not come back is given up", .timeLimit(.minutes(1)))
struct StuckStepTests {
  private typealias Outcome = Result<Diary, TransactionFailure<Diary>>

  private let watcher: Watcher
  private let losses = Losses()
  private let stuck = Stuck()

  init() throws { watcher = try Watcher() }

  /// Runs the steps on a thread of their own, where the stuck one stays; waits for the answer.
  private func run(_ steps: [FakeStep]) throws -> (outcome: Outcome, count: Counter) {
    let (answer, count, losses, watcher) = (Handoff<Outcome>(), Counter(), losses, watcher)
    try DedicatedThread.start(name: "berth-test") {
      losses.transaction(watcher).run(steps, on: Diary()) { outcome in
        count.add()
        answer.give(outcome)
      }
      count.leave()
    }
    return (answer.take(), count)
  }

  private func undo(_ steps: [FakeStep]) throws -> (answer: (Diary, [StepReport]), count: Counter) {
    let (answer, count, losses, watcher) = (Handoff<(Diary, [StepReport])>(), Counter(), losses, watcher)
    try DedicatedThread.start(name: "berth-test") {
      losses.transaction(watcher).undo(steps, of: Diary()) { diary, reports in
        count.add()
        answer.give((diary, reports))
      }
      count.leave()
    }
    return (answer.take(), count)
  }

  /// How often an end was told, and when the thread that began came back.
  private final class Counter: Sendable {
    private let count = Mutex(0)
    private let isBack = Handoff<Void>()
    func add() { count.withLock { $0 += 1 } }
    func leave() { isBack.give(()) }
    func valueWhenBack() -> Int {
      isBack.take()
      return count.withLock { $0 }
    }
  }

  @Test("the rest is undone in another thread; when it comes back, what it brought about is told, once")
  func doing() throws {
    let undone = Handoff<pthread_t>()
    let stuck = stuck
    let begun = Handoff<pthread_t>()
    let steps = [
      FakeStep(.writeIntent, doing: { _ in begun.give(pthread_self()) }, undoing: { _ in undone.give(pthread_self()) }),
      FakeStep(
        .startPause, limit: shortOnce(),
        doing: {
          stuck.block()
          $0.entries.append("born late")
        }),
      FakeStep(.commit),
    ]
    let (outcome, count) = try run(steps)
    guard case .failure(let failure) = outcome else { throw Fault("it succeeded") }
    #expect(failure.step == .startPause)
    let error = try #require(failure.cause as? SandboxError)
    #expect(error.code == .deadlineExceeded && error.message.contains("given up"))
    #expect(failure.isClean)
    #expect(failure.subject.entries == ["do WriteIntent", "undo StartPause", "undo WriteIntent"])
    #expect(undone.take() != begun.take())
    #expect(losses.all == ["lost StartPause"])
    let trace = failure.subject.trace.snapshot()
    #expect(trace.steps.map(\.outcome) == [.ok, .timeout, .ok, .ok])
    #expect(trace.steps[1].error?.contains("still in the kernel") == true)

    stuck.letGo()
    let late = losses.late.take()
    #expect(late.entries == ["do WriteIntent", "do StartPause", "born late"])
    #expect(late.begun == [.writeIntent, .startPause])
    #expect(count.valueWhenBack() == 1, "its end is not told a second time")
    #expect(losses.all == ["lost StartPause", "late StartPause"])
    let after = failure.subject.trace.snapshot()
    #expect(after.steps.map(\.outcome) == [.ok, .timeout, .ok, .ok], "a late return changes nothing that was told")
  }

  @Test("a step that comes back late with an error is told all the same: it may have brought a part about")
  func failsLate() throws {
    let stuck = stuck
    let step = FakeStep(
      .attachNetworks, limit: shortOnce(),
      doing: { _ in
        stuck.block()
        throw Fault("late")
      })
    let (outcome, count) = try run([step])
    guard case .failure(let failure) = outcome else { throw Fault("it succeeded") }
    #expect((failure.cause as? SandboxError)?.code == .deadlineExceeded)
    stuck.letGo()
    #expect(losses.late.take().begun == [.attachNetworks])
    #expect(count.valueWhenBack() == 1)
    #expect(losses.all == ["lost AttachNetworks", "late AttachNetworks"])
  }

  @Test("an undo that hangs is given up: what waits for it waits, the rest is undone in another thread")
  func undoing() throws {
    let stuck = stuck
    let steps = [
      FakeStep(.writeIntent), FakeStep(.createCgroup, undoWaitsFor: [.attachNetworks]),
      FakeStep(.attachNetworks, limit: shortOnce(), undoing: { _ in stuck.block() }), FakeStep(.commit),
    ]
    let ((diary, reports), count) = try undo(steps)
    #expect(reports.map(\.step) == [.commit, .attachNetworks, .createCgroup, .writeIntent])
    #expect(reports.map(\.outcome) == [.ok, .failed, .skipped, .ok])
    #expect(reports[1].error?.contains("given up") == true)
    #expect(diary.entries == ["undo Commit", "undo WriteIntent"])
    #expect(diary.trace.snapshot().steps.map(\.outcome) == [.ok, .timeout, .skipped, .ok])
    stuck.letGo()
    let late = losses.late.take()
    #expect(late.begun.isEmpty, "a late undo has brought nothing about")
    #expect(late.entries == ["undo Commit", "undo AttachNetworks"])
    #expect(count.valueWhenBack() == 1)
    #expect(losses.all == ["lost AttachNetworks", "late AttachNetworks"])
  }

  @Test("do and undo of one step may both hang: the end comes all the same")
  func both() throws {
    let (first, second) = (Stuck(), Stuck())
    let step = FakeStep(
      .startPause, limit: { .milliseconds(1) }, doing: { _ in first.block() }, undoing: { _ in second.block() })
    let (outcome, count) = try run([FakeStep(.writeIntent, undoWaitsFor: [.startPause]), step])
    guard case .failure(let failure) = outcome else { throw Fault("it succeeded") }
    #expect(failure.undo.map(\.outcome) == [.failed, .skipped])
    #expect(losses.all == ["lost StartPause", "lost StartPause"])
    first.letGo()
    #expect(losses.late.take().begun == [.writeIntent, .startPause])
    #expect(count.valueWhenBack() == 1)
    second.letGo()
  }

  @Test("a step within its limit is not given up, and its alarm does not ring afterwards")
  func inTime() throws {
    let (outcome, count) = try run([FakeStep(.writeIntent), FakeStep(.commit)])
    #expect(try outcome.get().entries == ["do WriteIntent", "do Commit"])
    #expect(count.valueWhenBack() == 1)
    #expect(losses.all.isEmpty)
  }

  @Test("a step has a quarter of its limit to end by itself")
  func grace() {
    #expect(Watchdog.grace(.seconds(4)) == .seconds(1))
    #expect(Watchdog.grace(.zero) == .zero)
  }

  @Test("an alarm that rings after the step has come back goes on with nothing")
  func rangLate() throws {
    let (taken, free) = (Slot(), Slot())
    #expect(taken.take())
    let hasGoneOn = Noted<Int>()
    let end = Handoff<Void>()
    for number in 0..<10 {
      _ = Watchdog(watcher: watcher, slot: taken).arm(at: .now) { hasGoneOn.add(number) }
    }
    _ = Watchdog(watcher: watcher, slot: free).arm(at: .now) { end.give(()) }
    end.take()
    #expect(hasGoneOn.all.isEmpty)
  }

  @Test("a look that does not come back is given up, and its late answer is nobody's")
  func look() async throws {
    let stuck = stuck
    #expect(try await Watchdog.run(for: .seconds(60), watcher) { 7 } == 7)
    let answer = try await Watchdog.run(for: .milliseconds(1), watcher) { () -> Int in
      stuck.block()
      return 7
    }
    #expect(answer == nil)
    stuck.letGo()
  }

  @Test("what goes on with a value goes on without one when there is none by the deadline, once")
  func goesOn() throws {
    let values = Mutex<[Int?]>([])
    Watchdog.run(until: .now + .seconds(60), watcher) {
      7
    } then: { value in
      values.withLock { $0.append(value) }
    }
    #expect(values.withLock { $0 } == [7])
    let (stuck, watcher, count, answer) = (stuck, watcher, Counter(), Handoff<Int?>())
    try DedicatedThread.start(name: "berth-test") {
      Watchdog.run(until: .now, watcher) { () -> Int in
        stuck.block()
        return 7
      } then: { value in
        count.add()
        answer.give(value)
      }
      count.leave()
    }
    #expect(answer.take() == nil)
    stuck.letGo()
    #expect(count.valueWhenBack() == 1)
  }
}
