import Glibc
import Synchronization
import Testing

@testable import LinuxKernel

extension Kernel {
  @Suite("Threads")
  struct ThreadTests {
    struct Odd: Error, Equatable {}

    @Test("a closure runs on a thread of its own, which has its name, and its result comes back")
    func run() async throws {
      let name = await DedicatedThread.run(name: "berth-test-a-long-name") {
        (try? text("/proc/thread-self/comm")) ?? "?"
      }
      #expect(name == "berth-test-a-lo\n")
      await #expect(throws: Odd()) { try await DedicatedThread.run { () throws(Odd) -> Int in throw Odd() } }
    }

    @Test("a thread that is to run elsewhere keeps off the processor of the one that starts it, if there is another")
    func elsewhere() throws {
      let allowed = try processors()
      let theirs = Handoff<Set<Int>>()
      try DedicatedThread.start(name: "berth-test-else", elsewhere: true) {
        theirs.give((try? processors()) ?? [])
      }
      let given = theirs.take()
      #expect(given.isSubset(of: allowed))
      #expect(given.count == max(1, allowed.count - 1))
      // The starting thread's own choice is as before.
      #expect(try processors() == allowed)
    }

    /// The processors that the calling thread may use.
    private func processors() throws -> Set<Int> {
      let thread = try #require(link("/proc/thread-self").split(separator: "/").last.flatMap { Int32($0) })
      let list = try status(thread, "Cpus_allowed_list")
      return Set(
        list.split(separator: ",").flatMap { part -> [Int] in
          let ends = part.split(separator: "-").compactMap { Int($0) }
          return Array(ends[0]...(ends.last ?? ends[0]))
        })
    }

    @Test("an operation's jobs run on one thread, in blocking calls too, and the thread ends")
    func operation() async throws {
      do {
        let thread = try OperationThread(name: "berth-test-op")
        let names = await withTaskExecutorPreference(thread) {
          var names: Set<String> = []
          for _ in 0..<5 {
            names.insert(link("/proc/thread-self"))
            await Task.yield()
          }
          return names
        }
        #expect(names.count == 1)
        #expect(names.first != link("/proc/thread-self"))
        thread.shutdown()
        // Not lost: it runs elsewhere.
        #expect(await Task(executorPreference: thread) { 7 }.value == 7)
      }
      do {
        let dropped = try OperationThread(name: "berth-test-op2")
        #expect(await Task(executorPreference: dropped) { 8 }.value == 8)
      }
      #expect(
        try eventually {
          try !Directories.entries("/proc/self/task").contains {
            ((try? text("/proc/self/task/\($0.name)/comm")) ?? "").hasPrefix("berth-test-op")
          }
        })
    }

    @Test("what an operation leaves for afterwards waits for its end, and runs at once elsewhere")
    func afterwards() async throws {
      let order = Mutex<[Int]>([])
      OperationThread.afterwards { order.withLock { $0.append(1) } }
      #expect(order.withLock { $0 } == [1])
      let thread = try OperationThread(name: "berth-test-op3")
      let ended = Handoff<String>()
      let worked = await Task(executorPreference: thread) {
        OperationThread.afterwards { order.withLock { $0.append(3) } }
        OperationThread.afterwards { ended.give(link("/proc/thread-self")) }
        await Task.yield()
        order.withLock { $0.append(2) }
        return link("/proc/thread-self")
      }.value
      #expect(order.withLock { $0 } == [1, 2])
      thread.shutdown()
      #expect(ended.take() == worked)
      #expect(order.withLock { $0 } == [1, 2, 3])
    }

    @Test("an operation does not block SIGCHLD, whatever the thread blocks that begins it")
    func childSignal() async throws {
      let thread = try await DedicatedThread.run { () throws(KernelError) in
        var signals = sigset_t()
        sigfillset(&signals)
        pthread_sigmask(SIG_BLOCK, &signals, nil)
        return try OperationThread(name: "berth-test-op5")
      }
      let blocked = await Task(executorPreference: thread) {
        var signals = sigset_t()
        pthread_sigmask(SIG_BLOCK, nil, &signals)
        return [SIGCHLD, SIGTERM].map { sigismember(&signals, $0) }
      }.value
      #expect(blocked == [0, 1])
    }

    @Test("an operation that retires wakes up behind others; no other thread does")
    func retire() async throws {
      OperationThread.retire()
      #expect(sched_getscheduler(0) == SCHED_OTHER)
      let thread = try OperationThread(name: "berth-test-op4")
      let policies = await Task(executorPreference: thread) {
        let before = sched_getscheduler(0)
        OperationThread.retire()
        return [before, sched_getscheduler(0)]
      }.value
      // SCHED_BATCH is not in every C library's headers.
      #expect(policies == [SCHED_OTHER, 3])
    }
  }
}
