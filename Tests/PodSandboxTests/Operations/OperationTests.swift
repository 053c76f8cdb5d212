import LinuxKernel
import Testing

@testable import PodSandbox

@Suite("Work that several callers wait for", .timeLimit(.minutes(1)))
struct OperationTests {
  private let failure = SandboxError(.internal, "it failed")

  private func operation(_ endsWhenAbandoned: Bool = true) throws -> Operation<Int> {
    try Operation<Int>(on: "id", endsWhenAbandoned: endsWhenAbandoned)
  }

  @Test("all who wait, and who ask later, get the same")
  func shared() async throws {
    let operation = try operation()
    let waiters = (0..<20).map { _ in Task { try await operation.value() } }
    await eventually { operation.waitingCount == 20 }
    operation.finish(.success(7))
    for waiter in waiters { #expect(try await waiter.value == 7) }
    #expect(try await operation.value() == 7)
    #expect(operation.waitingCount == 0)
  }

  @Test("only the first outcome counts")
  func first() async throws {
    let operation = try operation()
    operation.finish(.failure(failure))
    operation.finish(.success(1))
    let error = await #expect(throws: SandboxError.self) { try await operation.value() }
    #expect(error?.message == "it failed")
    await operation.ended()
  }

  @Test("a caller who leaves stops waiting at once; the others stay, and the last one's leaving ends the work")
  func abandoned() async throws {
    let operation = try operation()
    let (first, second) = (Task { try await operation.value() }, Task { try await operation.value() })
    await eventually { operation.waitingCount == 2 }
    first.cancel()
    let left = await #expect(throws: SandboxError.self) { try await first.value }
    #expect(left?.code == .cancelled && left?.sandboxID == "id")
    #expect(!operation.isEnding && !operation.cancellation.isCancelled && operation.givenUp == nil)
    #expect(operation.waitingCount == 1)
    second.cancel()
    _ = await second.result
    await eventually { operation.cancellation.isCancelled }
    #expect(operation.isEnding)
    #expect(operation.givenUp == .abandoned)
  }

  @Test("work that must be finished is not ended by its callers")
  func kept() async throws {
    let operation = try operation(false)
    let caller = Task { try await operation.value() }
    await eventually { operation.waitingCount == 1 }
    caller.cancel()
    _ = await caller.result
    #expect(!operation.isEnding && !operation.cancellation.isCancelled)
    operation.finish(.success(7))
    #expect(try await operation.value() == 7)
  }

  @Test("a caller that is cancelled before it asks leaves at once, and ends what nobody else waits for")
  func cancelledBefore() async throws {
    let operation = try operation()
    let caller = Task {
      while !Task.isCancelled { await Task.yield() }
      return try await operation.value()
    }
    caller.cancel()
    let error = await #expect(throws: SandboxError.self) { try await caller.value }
    #expect(error?.code == .cancelled)
    #expect(operation.cancellation.isCancelled && operation.givenUp == .abandoned)
  }

  @Test("a cancelled caller gets an outcome that is there, and ends nothing that has ended")
  func cancelledAfter() async throws {
    let operation = try operation()
    operation.finish(.success(7))
    let caller = Task {
      while !Task.isCancelled { await Task.yield() }
      return try await operation.value()
    }
    caller.cancel()
    #expect(try await caller.value == 7)
    #expect(!operation.cancellation.isCancelled && operation.givenUp == nil)
  }

  @Test("on whose account it ends is what was said first")
  func reason() throws {
    let operation = try operation()
    #expect(operation.givenUp == nil && !operation.isEnding)
    operation.cancel(.shutdown)
    operation.cancel(.abandoned)
    #expect(operation.givenUp == .shutdown && operation.isEnding && operation.cancellation.isCancelled)
  }

  @Test("work that is being undone is ending, and not cancelled")
  func ending() throws {
    let operation = try operation()
    operation.beginEnding()
    #expect(operation.isEnding && operation.givenUp == nil && !operation.cancellation.isCancelled)
  }

  @Test("callers come and go while it ends: each gets an answer, once")
  func race() async throws {
    for _ in 0..<50 {
      let operation = try operation(false)
      let waiters = (0..<8).map { _ in Task { try await operation.value() } }
      let canceller = Task { for waiter in waiters.prefix(4) { waiter.cancel() } }
      let finisher = Task { operation.finish(.success(7)) }
      for (index, waiter) in waiters.enumerated() {
        switch await waiter.result {
        case .success(let value): #expect(value == 7)
        case .failure(let error): #expect(index < 4 && (error as? SandboxError)?.code == .cancelled)
        }
      }
      await canceller.value
      await finisher.value
    }
  }
}
