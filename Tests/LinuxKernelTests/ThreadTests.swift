import Glibc
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

    @Test("a thread does not block SIGCHLD, whatever the thread blocks that starts it")
    func childSignal() throws {
      let blocked = Handoff<[CInt]>()
      try onPlainThread {
        var signals = sigset_t()
        sigfillset(&signals)
        pthread_sigmask(SIG_BLOCK, &signals, nil)
        try DedicatedThread.start(name: "berth-test-signals") {
          var signals = sigset_t()
          pthread_sigmask(SIG_BLOCK, nil, &signals)
          blocked.give([SIGCHLD, SIGTERM].map { sigismember(&signals, $0) })
        }
      }
      #expect(blocked.take() == [0, 1])
    }
  }
}
