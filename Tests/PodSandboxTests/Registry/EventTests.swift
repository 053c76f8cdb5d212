import LinuxKernel
import Testing

@testable import PodSandbox

@Suite("Events come in order, and once", .timeLimit(.minutes(1)))
struct EventTests {
  private let registry = Registry()

  private func publish(_ sandbox: Sandbox) { registry.alter { $0.publish(sandbox) } }

  /// What a subscriber has had by now.
  private func told(_ stream: EventSubscription) async throws -> [SandboxEvent] {
    registry.broadcaster.finish()
    var events: [SandboxEvent] = []
    for try await event in stream { events.append(event) }
    return events
  }

  private func living() throws -> Sandbox { try Samples.sandbox(Samples.record(.ready), isAlive: true) }

  @Test("a sandbox's life: created, started, stopped, deleted, each with its status")
  func life() async throws {
    let stream = registry.broadcaster.subscribe()
    let sandbox = try living()
    publish(sandbox)
    registry.change(sandbox.id) { $0.drift = (.now, []) }
    registry.change(sandbox.id) { $0.pause = nil }
    registry.change(sandbox.id) { $0.record.stage = .stopping }
    registry.change(sandbox.id) { $0.record.stage = .stopped }
    let last = try #require(registry.sandbox(sandbox.id))
    registry.alter { $0.remove(last) }
    let events = try await told(stream)
    #expect(events.map(\.kind) == [.created, .started, .stopped, .deleted])
    #expect(events.allSatisfy { $0.sandboxID == sandbox.id })
    #expect(events.map { $0.status?.summary.state } == [.ready, .ready, .notReady, nil])
    #expect(events.map { $0.status?.ip } == ["10.0.0.2", "10.0.0.2", "", nil])
    #expect(events.map { $0.status?.additionalIPs } == [["fd00::2"], ["fd00::2"], [], nil])
    #expect(zip(events, events.dropFirst()).allSatisfy { $0.createdAt <= $1.createdAt })
    #expect(registry.isEmpty)
  }

  @Test("stopped is told once, whatever of stage and pause comes first", arguments: [true, false])
  func stoppedOnce(_ isStageFirst: Bool) async throws {
    let stream = registry.broadcaster.subscribe()
    let sandbox = try living()
    publish(sandbox)
    registry.change(sandbox.id) { if isStageFirst { $0.record.stage = .stopping } else { $0.pause = nil } }
    #expect(registry.sandbox(sandbox.id)?.state == .notReady)
    registry.change(sandbox.id) {
      $0.record.stage = .stopping
      $0.pause = nil
    }
    #expect(try await told(stream).map(\.kind) == [.created, .started, .stopped])
  }

  @Test("a removal by force tells deleted and leaves its debt, whose end tells nothing more")
  func leavingDebt() async throws {
    let stream = registry.broadcaster.subscribe()
    let sandbox = try Samples.sandbox(Samples.record(.creating))
    registry.put(.sandbox(sandbox), at: sandbox.id)
    registry.alter { $0.remove(sandbox, leaving: Debt(sandbox: sandbox, reason: .networks, since: 1)) }
    #expect(registry.debt(sandbox.id) != nil && registry.holder() == nil)
    registry.put(nil, at: sandbox.id)
    #expect(try await told(stream).map(\.kind) == [.deleted])
  }

  @Test("what is put without being told is not told")
  func silent() async throws {
    let stream = registry.broadcaster.subscribe()
    _ = try registry.admit()
    try registry.put(Samples.record(.ready), isAlive: true)
    registry.put(nil, at: Samples.id())
    #expect(try await told(stream).isEmpty)
  }

  @Test("what has happened is told although the change ends in a refusal, and not twice")
  func throwing() async throws {
    let stream = registry.broadcaster.subscribe()
    let sandbox = try living()
    #expect(throws: SandboxError.self) {
      try registry.change { (state) throws(SandboxError) in
        state.publish(sandbox)
        throw SandboxError(.internal, "refused")
      }
    }
    registry.change(sandbox.id) { $0.drift = nil }
    #expect(try await told(stream).map(\.kind) == [.created, .started])
  }

  @Test("every subscriber gets what happens from then on")
  func subscribers() async throws {
    let first = registry.broadcaster.subscribe()
    let sandbox = try living()
    publish(sandbox)
    let second = registry.broadcaster.subscribe()
    registry.change(sandbox.id) { $0.pause = nil }
    #expect(try await told(first).map(\.kind) == [.created, .started, .stopped])
    #expect(try await told(second).map(\.kind) == [.stopped])
  }

  @Test("one that reads nothing holds up nobody, and is told how much it has lost: nothing is kept for it")
  func slow() async throws {
    let stream = registry.broadcaster.subscribe()
    for number in 0..<1030 {
      registry.broadcaster.send(SandboxEvent(sandboxID: "\(number)", kind: .created, createdAt: 0, status: nil))
    }
    let error = await #expect(throws: SandboxError.self) { for try await _ in stream {} }
    #expect(error?.code == .dataLoss && error?.message.hasPrefix("1030 events were lost") == true)
  }

  @Test("what is kept for one that reads nothing is bounded in bytes too")
  func large() async throws {
    let stream = registry.broadcaster.subscribe()
    let annotations = ["a": String(repeating: "x", count: 256 << 10)]
    let sandbox = try Samples.sandbox(
      SandboxRecord(Samples.intent { $0.annotations = annotations }), isAlive: true)
    let event = SandboxEvent(sandboxID: sandbox.id, kind: .created, createdAt: 0, status: sandbox.status)
    for _ in 0..<15 { registry.broadcaster.send(event) }
    for _ in 0..<2 { #expect(try await stream.makeAsyncIterator().next()?.sandboxID == sandbox.id) }
    for _ in 0..<4 { registry.broadcaster.send(event) }
    let error = await #expect(throws: SandboxError.self) { for try await _ in stream {} }
    #expect(error?.message.hasPrefix("17 events were lost") == true)
  }

  @Test("a reader that is cancelled ends, and so does one that comes after the end")
  func ending() async throws {
    let stream = registry.broadcaster.subscribe()
    let reader = Task { for try await _ in stream {} }
    reader.cancel()
    try await reader.value
    registry.broadcaster.finish()
    #expect(try await registry.broadcaster.subscribe().makeAsyncIterator().next() == nil)
  }

  @Test("under many threads each id's events come in the order in which they happened")
  func manyThreads() async throws {
    let registry = registry
    let stream = registry.broadcaster.subscribe()
    let pause = try Samples.pause()
    _ = try onThreads(8) { thread in
      for round in 0..<25 {
        let number = thread * 25 + round + 1
        let sandbox = Sandbox(record: Samples.record(.ready, number, name: "p\(number)"), pause: pause)
        registry.alter { $0.publish(sandbox) }
        registry.change(sandbox.id) { $0.pause = nil }
        registry.alter { $0.remove(sandbox) }
      }
    }
    var kinds: [String: [SandboxEvent.Kind]] = [:]
    for event in try await told(stream) { kinds[event.sandboxID, default: []].append(event.kind) }
    #expect(kinds.count == 200)
    #expect(kinds.values.allSatisfy { $0 == [.created, .started, .stopped, .deleted] })
  }

  @Test("no reader falls between two lists: a name leads to an id, and the id to what has the name")
  func snapshots() throws {
    let registry = registry
    let faults = try onThreads(6) { thread -> Int in
      var faults = 0
      for round in 0..<100 {
        if thread >= 3 {
          faults += registry.read { state in
            state.names.count { state.places[$0.value]?.entry.name != $0.key }
              + state.places.values.count { place in place.entry.name.map { state.names[$0] != place.id } ?? false }
          }
          continue
        }
        let number = thread * 100 + round + 1
        guard case .start(let run, _)? = try? registry.admit(Samples.configuration("p\(round)"), number) else {
          continue
        }
        let sandbox = Sandbox(record: Samples.record(.ready, number, name: "p\(round)"), pause: nil)
        registry.put(.sandbox(sandbox), at: run.id)
        registry.put(.owed(Debt(sandbox: sandbox, reason: .networks, since: 1)), at: run.id)
        registry.put(nil, at: run.id)
      }
      return faults
    }
    #expect(faults == Array(repeating: 0, count: 6))
    #expect(registry.isEmpty)
  }
}
