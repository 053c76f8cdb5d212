import LinuxKernel
import Testing

@testable import PodSandbox

@Suite("What is left, whose it is and why", .timeLimit(.minutes(1)))
struct LeftoverTests {
  private let now = SuspendingClock.now

  @Test("a sandbox with leftovers tells the first reason and all steps; one without is none")
  func sandbox() throws {
    var sandbox = try Samples.sandbox(Samples.record(.stopping, createdAt: 42))
    #expect(Leftover(.sandbox(sandbox), now: now) == nil)
    sandbox.leftovers = [
      Samples.report(.commit, .skipped), Samples.report(.attachNetworks, .failed, "plugin says no"),
      Samples.report(.writeIntent, .skipped, "waits"),
    ]
    let left = try #require(Leftover(.sandbox(sandbox), now: now))
    #expect(left.kind == .sandbox && left.sandboxID == sandbox.id && left.name == "web___0")
    #expect(left.steps == sandbox.leftovers && left.reason == "plugin says no")
    #expect(left.since == 42 && left.attempts == 0 && left.nextAttempt == nil)
  }

  @Test("a debt tells since when, how often it was tried and when it is tried next")
  func owed() throws {
    var sandbox = try Samples.sandbox(Samples.record(.owed))
    var debt = Debt(sandbox: sandbox, reason: .networks, since: 42, due: now + .seconds(8))
    let untried = try #require(Leftover(.owed(debt), now: now))
    #expect(untried.kind == .owed && untried.reason == "not tried yet since berthd started")
    sandbox.leftovers = [Samples.report(.attachNetworks, .failed, "plugin says no")]
    debt.sandbox = sandbox
    debt.attempts = 3
    let before = Int64.nowSinceEpoch
    let left = try #require(Leftover(.owed(debt), now: now))
    #expect(left.reason == "plugin says no" && left.steps == sandbox.leftovers)
    #expect(left.sandboxID == sandbox.id && left.name == "web___0" && left.since == 42 && left.attempts == 3)
    let next = try #require(left.nextAttempt)
    #expect((before + 8_000_000_000...Int64.nowSinceEpoch + 8_000_000_000).contains(next))
    debt.due = now - .seconds(8)
    let due = try #require(Leftover(.owed(debt), now: now)?.nextAttempt)
    #expect(due >= before && due <= .nowSinceEpoch, "what is overdue is tried now, not in the past")
  }

  @Test("a step that is in the kernel ends by itself")
  func lost() throws {
    let debt = Debt(
      sandbox: try Samples.sandbox(Samples.record(.stopping)), reason: .step(.startPause), since: 1)
    let left = try #require(Leftover(.owed(debt), now: now))
    #expect(left.kind == .owed && left.nextAttempt == nil)
    #expect(left.reason.contains("StartPause has not come back from the kernel"))
  }

  @Test("a record that cannot be used tells its path and why")
  func quarantined() throws {
    let file = Samples.unreadable()
    let left = try #require(Leftover(.quarantined(file), now: now))
    #expect(left.kind == .quarantined && left.sandboxID == file.id && left.name == "web___0" && left.steps.isEmpty)
    #expect(left.reason == "\(file.path): it is torn" && left.since == 0)
    #expect(Leftover(.quarantined(Samples.unreadable(name: nil)), now: now)?.name == "")
  }

  @Test("a run and what gc is at leave nothing")
  func none() throws {
    let run = try #require(try Registry().admit().run)
    #expect(Leftover(.run(run), now: now) == nil)
    #expect(Leftover(.collecting(Collection(quarantined: Samples.unreadable())), now: now) == nil)
  }

  @Test("an owed DEL is tried again after 2, 4, 8 … seconds, five minutes at most")
  func backOff() {
    let pauses = (0...12).map { Debt.pause(after: $0) }
    #expect(pauses.prefix(9).map(\.components.seconds) == [1, 2, 4, 8, 16, 32, 64, 128, 256])
    #expect(pauses.dropFirst(9).allSatisfy { $0 == .seconds(300) })
    #expect(Debt.pause(after: .max) == .seconds(300))
    #expect(Debt.firstPause == .seconds(1))
    // At most three attempts within eight seconds after a removal by force.
    var (time, attempts) = (Debt.firstPause, 0)
    while time <= .seconds(8) {
      attempts += 1
      time += Debt.pause(after: attempts)
    }
    #expect(attempts <= 3)
  }
}
