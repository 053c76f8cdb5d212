import LinuxKernel
import Synchronization
import Testing

@testable import PodSandbox

/// What fake steps work on: they write down in it what they are told.
struct Diary: StepSubject {
  let trace = TraceRecorder(.run, sandboxID: "test")
  var traceEntry: TraceRecorder.Entry?
  var deadline = SuspendingClock.now
  var cancellation: Cancellation?
  var entries: [String] = []
}

struct Fault: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}

/// A step in memory.
struct FakeStep: Step {
  typealias Body = @Sendable (inout Diary) throws -> Void

  let name: StepName
  var undoWaitsFor: [StepName] = []
  /// Asked before each `do` and `undo`.
  var limit: @Sendable () -> Duration
  var doing: Body = { _ in }
  var undoing: Body = { _ in }

  init(
    _ name: StepName, undoWaitsFor: [StepName] = [], limit: @escaping @Sendable () -> Duration = { .seconds(60) },
    doing: @escaping Body = { _ in }, undoing: @escaping Body = { _ in }
  ) {
    self.name = name
    self.undoWaitsFor = undoWaitsFor
    self.limit = limit
    self.doing = doing
    self.undoing = undoing
  }

  func timeLimit(of subject: Diary) -> Duration { limit() }

  func `do`(_ subject: inout Diary) throws {
    subject.entries.append("do \(name.rawValue)")
    try doing(&subject)
  }

  func undo(_ subject: inout Diary) throws {
    subject.entries.append("undo \(name.rawValue)")
    try undoing(&subject)
  }
}

/// So short that a stuck step is given up at once; only the first time that it is asked for, since what is not stuck may be slow.
func shortOnce() -> @Sendable () -> Duration {
  let isFirst = Slot()
  return { isFirst.take() ? .milliseconds(1) : .seconds(60) }
}

/// A step's body that stays in the kernel until the test lets it go.
struct Stuck: Sendable {
  private let isInside = Handoff<Void>()
  private let release = Handoff<Void>()

  func block() {
    isInside.give(())
    release.take()
  }

  func waitUntilInside() { isInside.take() }
  func letGo() { release.give(()) }
}

/// What a transaction tells of steps that are lost, in order.
final class Losses: Sendable {
  private let entries = Mutex<[String]>([])
  /// The sandbox as a late step left it, and the steps that had begun.
  let late = Handoff<(entries: [String], begun: [StepName])>()

  var all: [String] { entries.withLock { $0 } }

  func transaction(_ watcher: Watcher) -> Transaction<Diary> {
    Transaction(
      watcher: watcher,
      lost: { [self] step in entries.withLock { $0.append("lost \(step.rawValue)") } },
      late: { [self] step, subject, begun in
        entries.withLock { $0.append("late \(step.rawValue)") }
        late.give((subject.entries, begun.map(\.name)))
      })
  }
}
