import Glibc
import LinuxKernel
import Synchronization
import Testing

@testable import PodSandbox

/// Steps in memory that write down what they are told.
private struct Journal: StepContext {
  let trace = TraceRecorder(.run, sandboxID: "test")
  var deadline = SuspendingClock.now
  var entries: [String] = []
}

private struct Fault: Error, CustomStringConvertible {
  let description: String
}

private struct FakeStep: Step {
  let name: StepName
  var undoWaitsFor: [StepName] = []
  var doFault: Fault?
  var undoFault: Fault?
  var limit = Duration.seconds(60)
  var body: @Sendable () async throws -> Void = {}
  var onUndo: @Sendable () -> Void = {}

  func timeout(of sandbox: Journal) -> Duration { limit }

  func `do`(_ sandbox: inout Journal) async throws {
    sandbox.entries.append("do \(name.rawValue)")
    try await body()
    if let doFault { throw doFault }
  }

  func undo(_ sandbox: inout Journal) async throws {
    sandbox.entries.append("undo \(name.rawValue)")
    onUndo()
    if let undoFault { throw undoFault }
  }
}

@Suite struct SandboxTransactionTests {
  private let transaction: SandboxTransaction<Journal>

  init() throws { transaction = SandboxTransaction(thread: try OperationThread(), timer: try DeadlineTimer()) }

  @Test("steps run in order and leave their trace")
  func runsInOrder() async throws {
    let steps = [FakeStep(name: .reserveName), FakeStep(name: .startPause), FakeStep(name: .commit)]
    let after = try await transaction.run(steps, on: Journal())
    #expect(after.entries == ["do ReserveName", "do StartPause", "do Commit"])
    let trace = after.trace.snapshot()
    #expect(trace.steps.map(\.step) == [.reserveName, .startPause, .commit])
    #expect(trace.steps.allSatisfy { $0.outcome == .ok && $0.action == .do })
  }

  @Test("a failure undoes what had begun, the failed step included, in reverse")
  func undoesInReverse() async throws {
    let steps = [
      FakeStep(name: .reserveName), FakeStep(name: .startPause, doFault: Fault(description: "no pids")),
      FakeStep(name: .commit),
    ]
    let failure = try await #require(throws: TransactionFailure<Journal>.self) {
      try await transaction.run(steps, on: Journal())
    }
    #expect(failure.step == .startPause)
    #expect("\(failure.cause)" == "no pids")
    #expect(failure.isClean)
    #expect(
      failure.sandbox.entries == ["do ReserveName", "do StartPause", "undo StartPause", "undo ReserveName"])
  }

  @Test("a failed undo holds back only the steps that wait for it")
  func undoGoesOn() async throws {
    let steps = [
      FakeStep(name: .reserveName, undoWaitsFor: [.pinNetworkNamespace, .attachNetworks]),
      FakeStep(name: .startPause),
      FakeStep(name: .pinNetworkNamespace, undoWaitsFor: [.attachNetworks]),
      FakeStep(name: .attachNetworks, undoFault: Fault(description: "plugin says no")),
    ]
    let (after, reports) = await transaction.undo(steps, of: Journal())
    #expect(after.entries == ["undo AttachNetworks", "undo StartPause"])
    #expect(reports.map(\.step) == [.attachNetworks, .pinNetworkNamespace, .startPause, .reserveName])
    #expect(reports.map(\.outcome) == [.failed, .skipped, .ok, .skipped])
    #expect(reports[0].error == "plugin says no")
    #expect(reports[1].error == "waits for AttachNetworks")
    #expect(reports[3].error == "waits for PinNetworkNamespace, AttachNetworks")
  }

  @Test("a cancelled run is undone, uncancelled")
  func cancellation() async throws {
    let isInside = AsyncStream<Void>.makeStream()
    let steps = [
      FakeStep(name: .reserveName),
      FakeStep(
        name: .attachNetworks,
        body: {
          isInside.continuation.finish()
          try await Task.sleep(for: .seconds(3600))
        }),
    ]
    let run = Task { [transaction] in try await transaction.run(steps, on: Journal()) }
    for await _ in isInside.stream {}
    run.cancel()
    let failure = try await #require(throws: TransactionFailure<Journal>.self) { try await run.value }
    #expect(failure.cause is CancellationError)
    #expect(failure.sandbox.entries.suffix(2) == ["undo AttachNetworks", "undo ReserveName"])
    #expect(failure.sandbox.trace.snapshot().steps[1].outcome == .cancelled)
  }

  @Test("a step that is stuck in a system call is given up and undone, and undone again when it comes back")
  func stuck() async throws {
    let isReleased = Mutex(false)
    let undone = AsyncStream<Void>.makeStream()
    let steps = [
      FakeStep(name: .reserveName, onUndo: { undone.continuation.yield() }),
      FakeStep(
        name: .startPause, limit: .milliseconds(10),
        body: { while !isReleased.withLock({ $0 }) { sched_yield() } }),
    ]
    let failure = try await #require(throws: TransactionFailure<Journal>.self) {
      try await transaction.run(steps, on: Journal())
    }
    #expect(failure.step == .startPause)
    #expect("\(failure.cause)".contains("given up"))
    #expect(failure.sandbox.entries == ["do ReserveName", "undo StartPause", "undo ReserveName"])
    isReleased.withLock { $0 = true }
    var undos = undone.stream.makeAsyncIterator()
    for _ in 1...2 { await undos.next() }
  }
}
