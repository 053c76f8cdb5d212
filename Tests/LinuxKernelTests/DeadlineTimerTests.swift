import LinuxKernel
import Synchronization
import Testing

extension Kernel {
  @Suite struct DeadlineTimerTests {
    @Test("alarms ring in their order, also one that is armed while a later one is waited for; a disarmed one does not")
    func order() async throws {
      let timer = try DeadlineTimer()
      let (rings, continuation) = AsyncStream<String>.makeStream()
      let now = SuspendingClock.now
      _ = timer.schedule(at: now + .seconds(3600)) { continuation.yield("in an hour") }
      _ = timer.schedule(at: now + .milliseconds(20)) { continuation.yield("second") }
      let disarmed = timer.schedule(at: now + .milliseconds(15)) { continuation.yield("disarmed") }
      _ = timer.schedule(at: now + .milliseconds(10)) { continuation.yield("first") }
      timer.cancel(disarmed)
      var iterator = rings.makeAsyncIterator()
      #expect(await iterator.next() == "first")
      #expect(await iterator.next() == "second")
    }
  }

  @Suite struct ReplacedThreadTests {
    @Test("what is queued behind a job that does not come back runs on the thread that replaces it")
    func replaced() async throws {
      let thread = try OperationThread()
      let isReleased = Mutex(false)
      let (begun, begin) = AsyncStream<Void>.makeStream()
      let stuck = Task(executorPreference: thread) {
        begin.finish()
        while !isReleased.withLock({ $0 }) {}
        return "late"
      }
      for await _ in begun {}
      let next = Task(executorPreference: thread) { "next" }
      try thread.replaceThread()
      #expect(await next.value == "next")
      isReleased.withLock { $0 = true }
      #expect(await stuck.value == "late")
    }
  }
}
