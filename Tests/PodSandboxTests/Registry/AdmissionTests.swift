import LinuxKernel
import Testing

@testable import PodSandbox

@Suite("What a request for a name gets", .timeLimit(.minutes(1)))
struct AdmissionTests {
  private let registry = Registry()

  /// A request is refused in these words, and leaves nothing.
  private func refused(
    _ words: [String], _ configuration: PodSandboxConfiguration = Samples.configuration(), handler: String = "",
    _ location: SourceLocation = #_sourceLocation
  ) {
    let error = #expect(throws: SandboxError.self, sourceLocation: location) {
      try registry.admit(configuration, 9, handler: handler)
    }
    #expect(error?.code == .alreadyExists, sourceLocation: location)
    for word in words {
      #expect(error?.message.contains(word) == true, "\(word) in: \(error?.message ?? "")", sourceLocation: location)
    }
    #expect(words.first.map { $0 == error?.sandboxID } == true, "whose it is", sourceLocation: location)
    #expect(registry.read { $0.places[Samples.id(9)] == nil }, "a refusal leaves nothing", sourceLocation: location)
  }

  @Test("the first one starts, and has the name and an entry from then on")
  func start() throws {
    guard case .start(let run, let lane) = try registry.admit(handler: "h") else { throw Fault("it starts") }
    #expect(registry.lane(run.id) === lane, "a Stop of it waits for it")
    #expect(run.id == Samples.id() && run.runtimeHandler == "h" && run.configuration == Samples.configuration())
    #expect(abs(.nowSinceEpoch - run.startedAt) < 60_000_000_000)
    #expect(registry.holder() == run.id)
    #expect(registry.read { $0.places.count } == 1)
  }

  @Test(
    "the same request joins it; another configuration, annotation, label or handler is refused, and told whose it is")
  func whileRunning() throws {
    let run = try #require(try registry.admit().run)
    #expect(try registry.admit(Samples.configuration(), 9).joined?.id == run.id)
    #expect(registry.read { $0.places.count } == 1)
    let words = [run.id, "web___0", "being created", "another attempt"]
    refused(words, Samples.configuration { $0.annotations = ["a": "b"] })
    refused(words, Samples.configuration { $0.labels = ["a": "b"] })
    refused(words, Samples.configuration { $0.hostname = "other" })
    refused(words, handler: "kata")
  }

  @Test("of many at once one starts and the others join it")
  func atOnce() throws {
    let registry = registry
    let results = try onThreads(16) { number in
      Result { () throws(SandboxError) in try registry.admit(Samples.configuration(), number) }
    }
    let admissions = try results.map { try $0.get() }
    let started = admissions.compactMap(\.run)
    #expect(started.count == 1)
    #expect(admissions.compactMap(\.joined).map(\.id) == Array(repeating: started[0].id, count: 15))
    #expect(registry.read { $0.places.count } == 1)
  }

  @Test("what is undone, or given up, is waited for, whatever is asked for")
  func ending() async throws {
    let run = try #require(try registry.admit().run)
    run.operation.beginEnding()
    let end = try #require(try registry.admit(Samples.configuration(), 2).end)
    #expect(try registry.admit(Samples.configuration { $0.hostname = "other" }, 2).end != nil)
    let waiter = Task { await end() }
    await eventually { run.operation.waitingCount == 1 }
    registry.put(nil, at: run.id)
    run.operation.finish(.failure(SandboxError(.internal, "it failed")))
    await waiter.value
    #expect(try registry.admit(Samples.configuration(), 2).run?.id == Samples.id(2))

    let second = try #require(try registry.admit(Samples.configuration("other"), 3).run)
    second.operation.cancel(.shutdown)
    #expect(try registry.admit(Samples.configuration("other"), 4).end != nil)
  }

  @Test("a ready sandbox of the same request is the answer; of another one, or for another handler, it is in the way")
  func exists() throws {
    let record = Samples.record(.ready, runtimeHandler: "h")
    try registry.put(record, isAlive: true)
    #expect(try registry.admit(Samples.configuration(), 9, handler: "h").outcome == RunOutcome(id: record.id))
    let words = [record.id, "web___0", "another configuration, ready", "remove that sandbox"]
    refused(words, Samples.configuration { $0.annotations = ["a": "b"] }, handler: "h")
    refused(words)
  }

  @Test("the answer has the warnings of the intent and of the outcome")
  func warnings() throws {
    var record = SandboxRecord(Samples.intent(warnings: ["first"]))
    record.stage = .ready
    record.outcome = Samples.outcome(warnings: ["second"])
    try registry.put(record, isAlive: true)
    #expect(try registry.admit(Samples.configuration(), 9).outcome?.warnings == ["first", "second"])
  }

  @Test(
    "under the name of a sandbox that is not ready nothing runs, not even the same",
    arguments: [
      (SandboxRecord.Stage.creating, "a failed run with leftovers"), (.ready, "its pause has exited"),
      (.stopping, "half stopped"), (.stopped, "stopped"),
    ])
  func notReady(_ stage: SandboxRecord.Stage, _ words: String) throws {
    let record = Samples.record(stage)
    try registry.put(record)
    refused([record.id, "the same configuration", words])
    refused([record.id, "another configuration", words], Samples.configuration { $0.hostname = "other" })
  }

  @Test(
    "how old it is, in words", arguments: [(5, "5 s ago"), (119, "119 s ago"), (120, "2 min ago"), (7200, "2 h ago")])
  func age(_ seconds: Int64, _ words: String) throws {
    try registry.put(Samples.record(.stopped, createdAt: .nowSinceEpoch - seconds * 1_000_000_000))
    refused([Samples.id(), words])
  }

  @Test("a sandbox that is being removed is waited for; a removal that failed leaves it in the way")
  func removing() async throws {
    let record = Samples.record(.stopped)
    try registry.put(record)
    let removal = try Operation<[StepReport]>(on: record.id, endsWhenAbandoned: false)
    registry.change(record.id) { $0.removal = removal }
    let end = try #require(try registry.admit(Samples.configuration(), 2).end)
    let waiter = Task { await end() }
    await eventually { removal.waitingCount == 1 }
    registry.change(record.id) { $0.removal = nil }
    removal.finish(.failure(SandboxError(.internal, "it stays")))
    await waiter.value
    refused([record.id])
  }

  @Test("a debt holds no name")
  func owed() throws {
    try registry.put(Samples.record(.owed))
    #expect(registry.holder() == nil)
    #expect(try registry.admit(Samples.configuration(), 2).run != nil)
  }

  @Test("the name of a record that cannot be used is refused, and the way out told; while gc is at it too")
  func quarantined() throws {
    let file = Samples.unreadable()
    registry.put(.quarantined(file), at: file.id)
    refused([file.id, "web___0", file.path, "it is torn", "berthctl gc"])
    #expect(registry.read { $0.places.count } == 1)
    #expect(registry.collect(file.id))
    refused([file.id, "web___0", file.path, "being cleared away by gc", "try again"])
    registry.end(file.id, isClean: true)
    #expect(try registry.admit(Samples.configuration(), 2).run != nil)
  }

  @Test("one whose name cannot be made out is in nobody's way")
  func nameless() throws {
    registry.put(.quarantined(Samples.unreadable(name: nil)), at: Samples.id())
    #expect(registry.read { $0.names.isEmpty })
    #expect(try registry.admit(Samples.configuration(), 2).run != nil)
  }
}
