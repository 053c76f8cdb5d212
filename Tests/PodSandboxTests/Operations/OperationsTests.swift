import LinuxKernel
import Synchronization
import Testing

@testable import PodSandbox

@Suite("Operations under way, and a shutdown that waits for them", .timeLimit(.minutes(1)))
struct OperationsTests {
  private let operations = Operations()
  private let cancels = Noted<Int>()

  @Test("once closing has begun nothing begins, though others are still under way")
  func closed() async throws {
    let ticket = try operations.begin {}
    let closing = Task { await operations.close(grace: .seconds(3600)) }
    // Refused from the moment when closing has begun.
    var refusal: SandboxError?
    while refusal == nil {
      do throws(SandboxError) { operations.end(try operations.begin {}) } catch { refusal = error }
      await Task.yield()
    }
    #expect(refusal?.code == .unavailable && refusal?.message.contains("shutting down") == true)
    operations.end(ticket)
    await closing.value
    #expect(throws: SandboxError.self) { try operations.begin {} }
  }

  @Test("closing waits for all that has begun, and cancels nothing that ends within the grace")
  func waits() async throws {
    let tickets = try (0..<3).map { number in try operations.begin { cancels.add(number) } }
    let hasClosed = Mutex(false)
    let closing = Task {
      await operations.close(grace: .seconds(3600))
      hasClosed.withLock { $0 = true }
    }
    while let ticket = try? operations.begin(cancel: {}) {
      operations.end(ticket)
      await Task.yield()
    }
    for ticket in tickets.prefix(2) {
      // By now it waits, most likely; where it does not, it has still not closed.
      for _ in 0..<1000 { await Task.yield() }
      operations.end(ticket)
    }
    for _ in 0..<1000 { await Task.yield() }
    #expect(!hasClosed.withLock { $0 })
    operations.end(tickets[2])
    await closing.value
    #expect(cancels.all.isEmpty)
  }

  @Test("after the grace the rest is asked to end early, each once, and still waited for")
  func grace() async throws {
    let ended = try operations.begin { cancels.add(0) }
    operations.end(ended)
    // The last one that is asked ends both.
    let tickets = Noted<Operations.Ticket>()
    for number in 1...2 {
      let ticket = try operations.begin {
        cancels.add(number)
        guard cancels.all.count == 2 else { return }
        for ticket in tickets.all { operations.end(ticket) }
      }
      tickets.add(ticket)
    }
    await operations.close(grace: .zero)
    #expect(cancels.all.sorted() == [1, 2])
  }

  @Test("an idle daemon closes at once, whatever the grace")
  func idle() async {
    await operations.close(grace: .seconds(3600))
    #expect(throws: SandboxError.self) { try operations.begin {} }
  }

  @Test("two who close are both told")
  func twice() async throws {
    let ticket = try operations.begin {}
    async let first: Void = operations.close(grace: .seconds(3600))
    async let second: Void = operations.close(grace: .seconds(3600))
    operations.end(ticket)
    _ = await (first, second)
  }
}
