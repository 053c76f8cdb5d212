import CNI
import LinuxKernel
import Synchronization
import SystemPackage
import Testing

@testable import PodSandbox

@Suite("Steps are done in order and undone in reverse", .timeLimit(.minutes(1)))
struct TransactionTests {
  private typealias Outcome = Result<Diary, TransactionFailure<Diary>>

  private let watcher: Watcher
  private let losses = Losses()
  private let names: [StepName] = [.writeIntent, .createCgroup, .startPause, .commit]

  init() throws { watcher = try Watcher() }

  /// Runs the steps; the answer comes on the calling thread, once.
  private func run(
    _ steps: [FakeStep], on diary: Diary = Diary(), willUndo: @escaping @Sendable () -> Void = {}
  ) throws -> Outcome {
    let outcomes = Mutex<[Outcome]>([])
    losses.transaction(watcher).run(steps, on: diary, willUndo: willUndo) { outcome in
      outcomes.withLock { $0.append(outcome) }
    }
    let all = outcomes.withLock { $0 }
    #expect(all.count == 1, "the end is told once")
    #expect(losses.all.isEmpty)
    return try #require(all.first)
  }

  private func failure(_ outcome: Outcome) throws -> TransactionFailure<Diary> {
    guard case .failure(let failure) = outcome else { throw Fault("it succeeded") }
    return failure
  }

  private func undo(_ steps: [FakeStep], of diary: Diary = Diary()) throws -> (Diary, [StepReport]) {
    let answers = Mutex<[(Diary, [StepReport])]>([])
    losses.transaction(watcher).undo(steps, of: diary) { diary, reports in
      answers.withLock { $0.append((diary, reports)) }
    }
    let all = answers.withLock { $0 }
    #expect(all.count == 1)
    return try #require(all.first)
  }

  @Test("all go well: each once, in order, and the trace tells it; undo is not mentioned")
  func success() throws {
    let undone = Mutex(0)
    let after = try run(names.map { FakeStep($0) }, willUndo: { undone.withLock { $0 += 1 } }).get()
    #expect(after.entries == ["do WriteIntent", "do CreateCgroup", "do StartPause", "do Commit"])
    let trace = after.trace.snapshot()
    #expect(trace.steps.map(\.step) == names)
    #expect(trace.steps.allSatisfy { $0.outcome == .ok && $0.action == .do && $0.error == nil && $0.duration >= 0 })
    #expect(zip(trace.steps, trace.steps.dropFirst()).allSatisfy { $0.start + $0.duration <= $1.start })
    #expect(undone.withLock { $0 } == 0)
  }

  @Test("a failure at each step undoes what had begun, the failed one included, and nothing else", arguments: 0..<4)
  func failureAt(_ index: Int) throws {
    let order = Mutex<[String]>([])
    let steps = names.enumerated().map { number, name in
      FakeStep(
        name, doing: { _ in if number == index { throw Fault("no pids") } },
        undoing: { _ in order.withLock { $0.append("undo") } })
    }
    let failure = try failure(try run(steps, willUndo: { order.withLock { $0.append("will undo") } }))
    #expect(failure.step == names[index])
    #expect("\(failure.cause)" == "no pids")
    #expect(failure.isClean)
    let begun = names[...index].map(\.rawValue)
    #expect(failure.subject.entries == begun.map { "do \($0)" } + begun.reversed().map { "undo \($0)" })
    #expect(failure.undo.map(\.step) == names[...index].reversed())
    #expect(failure.undo.allSatisfy { $0.outcome == .ok && $0.error == nil && $0.milliseconds >= 0 })
    #expect(order.withLock { $0 } == ["will undo"] + begun.map { _ in "undo" })
    let trace = failure.subject.trace.snapshot()
    #expect(trace.steps.map(\.action) == begun.map { _ in .do } + begun.map { _ in .undo })
    #expect(trace.steps[index].outcome == .failed && trace.steps[index].error == "no pids")
    #expect(trace.steps.count { $0.outcome != .ok } == 1)
  }

  @Test("what one step had begun and another one waits for fails in the first one's name")
  func lateFault() throws {
    let steps = [
      FakeStep(.startPause), FakeStep(.attachNetworks),
      FakeStep(.commit, doing: { _ in throw LateFault(step: .startPause, cause: Fault("no pids")) }),
    ]
    let failure = try failure(try run(steps))
    #expect(failure.step == .startPause && "\(failure.cause)" == "no pids")
    #expect(failure.undo.map(\.step) == [.commit, .attachNetworks, .startPause])
    #expect(failure.subject.trace.snapshot().steps[2].error == "StartPause: no pids")
  }

  @Test("what a failed step has changed by then is what its undo gets")
  func halfDone() throws {
    let step = FakeStep(
      .startPause,
      doing: {
        $0.entries.append("half")
        throw Fault("x")
      })
    #expect(try failure(try run([step])).subject.entries == ["do StartPause", "half", "undo StartPause"])
  }

  @Test("a failed undo holds back only what waits for it, and what waits for that; the rest goes on")
  func undoWaitsFor() throws {
    let steps = [
      FakeStep(.writeIntent, undoWaitsFor: [.pinNetworkNamespace, .attachNetworks, .startPause]),
      FakeStep(.startPause), FakeStep(.pinNetworkNamespace, undoWaitsFor: [.attachNetworks]),
      FakeStep(.attachNetworks, undoing: { _ in throw Fault("plugin says no") }), FakeStep(.commit),
    ]
    let (after, reports) = try undo(steps)
    #expect(after.entries == ["undo Commit", "undo AttachNetworks", "undo StartPause"])
    #expect(reports.map(\.step) == [.commit, .attachNetworks, .pinNetworkNamespace, .startPause, .writeIntent])
    #expect(reports.map(\.outcome) == [.ok, .failed, .skipped, .ok, .skipped])
    #expect(
      reports.map(\.error) == [
        nil, "plugin says no", "waits for AttachNetworks", nil, "waits for PinNetworkNamespace, AttachNetworks",
      ])
    let trace = after.trace.snapshot()
    #expect(trace.steps.map(\.outcome) == [.ok, .failed, .skipped, .ok, .skipped])
    #expect(trace.steps[2].error == "waits for AttachNetworks")
    #expect(trace.steps.allSatisfy { $0.action == .undo })
  }

  @Test("a run whose undo fails is not clean, and says of which step and why")
  func unclean() throws {
    let steps = [
      FakeStep(.writeIntent, undoing: { _ in throw Fault("disk") }),
      FakeStep(.commit, doing: { _ in throw Fault("x") }),
    ]
    let failure = try failure(try run(steps))
    #expect(!failure.isClean)
    #expect("\(failure.cause)" == "x")
    #expect(failure.undo.map(\.outcome) == [.ok, .failed])
    #expect(failure.undo[1].error == "disk")
  }

  @Test("an error is cut to its bound: a list of plugins' words is kept for as long as the sandbox is")
  func longError() throws {
    let (_, reports) = try undo([
      FakeStep(.commit, undoing: { _ in throw Fault(String(repeating: "é", count: 20_000)) })
    ])
    let error = try #require(reports.first?.error)
    #expect(error.utf8.count < StepReport.errorLimit + 64 && error.contains("left out"))
  }

  @Test("cancelled before it begins: the first step is not done, but undone; in between likewise", arguments: 0..<4)
  func cancelled(_ index: Int) throws {
    let cancellation = try Cancellation()
    if index == 0 { cancellation.cancel() }
    let steps = names.enumerated().map { number, name in
      FakeStep(name, doing: { _ in if number == index - 1 { cancellation.cancel() } })
    }
    var diary = Diary()
    diary.cancellation = cancellation
    let failure = try failure(try run(steps, on: diary))
    #expect(failure.step == names[index])
    #expect(failure.cause is Cancelled)
    let begun = names[...index].map(\.rawValue)
    #expect(failure.subject.entries == begun.dropLast().map { "do \($0)" } + begun.reversed().map { "undo \($0)" })
    #expect(failure.isClean, "the undo is not cancelled")
    let trace = failure.subject.trace.snapshot()
    #expect(trace.steps[index].outcome == .cancelled && trace.steps[index].error == "cancelled")
  }

  @Test("cancelled when all is done: it is done")
  func cancelledTooLate() throws {
    let cancellation = try Cancellation()
    var diary = Diary()
    diary.cancellation = cancellation
    let after = try run([FakeStep(.commit, doing: { _ in cancellation.cancel() })], on: diary).get()
    #expect(after.entries == ["do Commit"])
  }

  @Test("a step that was cut off, in a plugin or in the kernel, is told as cancelled", arguments: 0..<5)
  func cancelledInside(_ index: Int) throws {
    let errors: [(any Error, Trace.Outcome)] = [
      (Cancelled(), .cancelled), (CNIError(.cancelled, "x"), .cancelled),
      (KernelError(errno: .canceled, operation: "sync", subject: "x"), .cancelled), (CNIError(.timeout, "x"), .failed),
      (KernelError(errno: .ioError, operation: "sync", subject: "x"), .failed),
    ]
    let (error, outcome) = errors[index]
    let failure = try failure(try run([FakeStep(.attachNetworks, doing: { _ in throw error })]))
    #expect(failure.subject.trace.snapshot().steps.first?.outcome == outcome)
    #expect(Cancelled.isCause(error) == (outcome == .cancelled))
  }

  @Test("undo has no cancellation, each step its own deadline and entry in the trace")
  func inputs() throws {
    let seen = Mutex<[(isCancellable: Bool, deadline: SuspendingClock.Instant, entry: TraceRecorder.Entry?)]>([])
    let note: FakeStep.Body = { diary in
      seen.withLock { $0.append((diary.cancellation != nil, diary.deadline, diary.traceEntry)) }
    }
    var diary = Diary()
    diary.cancellation = try Cancellation()
    let begin = SuspendingClock.now
    _ = try run(
      [
        FakeStep(.writeIntent, limit: { .seconds(100) }, doing: note, undoing: note),
        FakeStep(
          .commit, limit: { .seconds(200) },
          doing: {
            try note(&$0); throw Fault("x")
          }, undoing: note),
      ], on: diary)
    let all = seen.withLock { $0 }
    #expect(all.map(\.isCancellable) == [true, true, false, false])
    #expect(Set(all.map(\.entry)).count == 4 && all.allSatisfy { $0.entry != nil })
    for (call, seconds) in zip(all, [100, 200, 200, 100]) {
      #expect(call.deadline >= begin + .seconds(seconds))
      #expect(call.deadline < .now + .seconds(seconds))
    }
  }

  @Test("nothing to do is success, nothing to undo as well")
  func empty() throws {
    #expect(try run([]).get().entries.isEmpty)
    #expect(try undo([]).1.isEmpty)
  }
}
