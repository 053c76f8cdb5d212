import LinuxKernel
import Testing

@testable import PodSandbox

/// Ends when told to, or when cancelled; tells when it has begun.
private struct Work {
  let begun = AsyncStream<Void>.makeStream()
  let end = AsyncStream<Void>.makeStream()

  @Sendable func run() async throws(SandboxError) -> String {
    begun.continuation.finish()
    for await _ in end.stream {}
    if Task.isCancelled { throw SandboxError(.cancelled, "given up") }
    return "done"
  }

  func hasBegun() async { for await _ in begun.stream {} }
  func finish() { end.continuation.finish() }
}

@Suite struct SharedOperationTests {
  @Test("all who wait get the same value")
  func shared() async throws {
    let operation = SharedOperation<String>(endsWhenAbandoned: true)
    let work = Work()
    let waiters = (0..<20).map { _ in Task { try await operation.value() } }
    operation.start(on: try OperationThread(), work.run)
    await work.hasBegun()
    work.finish()
    for waiter in waiters { #expect(try await waiter.value == "done") }
    #expect(try await operation.value() == "done")
  }

  @Test("one who leaves does not end it for the others; the last one does")
  func abandoned() async throws {
    let operation = SharedOperation<String>(endsWhenAbandoned: true)
    let work = Work()
    operation.start(on: try OperationThread(), work.run)
    let first = Task { try await operation.value() }
    let second = Task { try await operation.value() }
    await work.hasBegun()
    while operation.waitingCount < 2 { await Task.yield() }
    first.cancel()
    let left = try await #require(throws: SandboxError.self) { try await first.value }
    #expect(left.code == .cancelled)
    #expect(!operation.isEnding)
    second.cancel()
    _ = await second.result
    #expect(operation.isEnding)
    await operation.ended()
    let error = try await #require(throws: SandboxError.self) { try await operation.value() }
    #expect(error.message == "given up")
  }

  @Test("work that must be finished is not ended by its callers")
  func kept() async throws {
    let operation = SharedOperation<String>(endsWhenAbandoned: false)
    let work = Work()
    operation.start(on: try OperationThread(), work.run)
    let caller = Task { try await operation.value() }
    await work.hasBegun()
    caller.cancel()
    _ = await caller.result
    work.finish()
    #expect(try await operation.value() == "done")
  }
}

@Suite struct SandboxRegistryTests {
  private func configuration(_ name: String, label: String = "") -> PodSandboxConfiguration {
    var configuration = PodSandboxConfiguration()
    configuration.metadata.name = name
    configuration.labels = ["l": label]
    return configuration
  }

  private func admit(_ registry: SandboxRegistry, _ configuration: PodSandboxConfiguration) throws
    -> SandboxRegistry.Admission
  {
    try registry.admit(configuration, runtimeHandler: "", newID: { SandboxIDs(root: "/r").next() })
  }

  @Test("of two requests for a name one starts, the same one joins it, another is refused with the owner's id")
  func admission() throws {
    let registry = SandboxRegistry()
    guard case .start(let run) = try admit(registry, configuration("web")) else {
      Issue.record("the first request must start")
      return
    }
    guard case .join(let joined) = try admit(registry, configuration("web")) else {
      Issue.record("the same request must join")
      return
    }
    #expect(joined.id == run.id)
    let refusal = try #require(throws: SandboxError.self) { try admit(registry, configuration("web", label: "x")) }
    #expect(refusal.code == .alreadyExists)
    #expect(refusal.message.contains(run.id) && refusal.message.contains("web___0"))
    registry.release(SandboxName(configuration("web").metadata))
    guard case .start = try admit(registry, configuration("web")) else {
      Issue.record("a released name is free")
      return
    }
  }

  @Test("under the name of a sandbox that is not ready nothing is run, not even the same")
  func notReady() throws {
    let registry = SandboxRegistry()
    var record = SandboxRecordTests.record()
    record.stage = .stopped
    registry.publish(Sandbox(Sandbox.State(record: record, pause: nil)))
    let refusal = try #require(throws: SandboxError.self) { try admit(registry, record.configuration) }
    #expect(refusal.code == .alreadyExists)
    #expect(refusal.message.contains("stopped") && refusal.message.contains(record.id))
  }

  @Test("ids are found by unique prefixes")
  func prefixes() throws {
    let registry = SandboxRegistry()
    let record = SandboxRecordTests.record()
    registry.publish(Sandbox(Sandbox.State(record: record, pause: nil)))
    #expect(try registry.find(String(record.id.prefix(5)))?.id == record.id)
    #expect(try registry.find("nonesuch") == nil)
    #expect(throws: SandboxError.self) { try registry.find("") }
  }
}
