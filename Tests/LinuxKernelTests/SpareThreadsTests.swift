import Glibc
import Synchronization
import Testing

@testable import LinuxKernel

extension Kernel {
  @Suite("Spare threads")
  struct SpareThreadsTests {
    private let seen = Seen()

    private final class Seen: Sendable {
      private let threads = Mutex<[pthread_t]>([])
      var count: Int { threads.withLock { $0.count } }
      var distinct: Int { Set(threads.withLock { $0 }.map { UInt($0) }).count }
      func add() { threads.withLock { $0.append(pthread_self()) } }
    }

    @Test("work that comes one after the other is done by one thread")
    func reuse() throws {
      let threads = SpareThreads(name: "test-spare", stackSize: 128 << 10)
      for number in 1...20 {
        try threads.run { [seen] in seen.add() }
        #expect(eventually { seen.count == number })
        usleep(2000)
      }
      #expect(seen.distinct == 1)
    }

    @Test("work that does not come back has its thread for itself")
    func stuck() throws {
      let threads = SpareThreads(name: "test-spare", stackSize: 128 << 10)
      let release = Semaphore()
      try threads.run { [seen] in
        seen.add()
        release.wait()
      }
      #expect(eventually { seen.count == 1 })
      try threads.run { [seen] in seen.add() }
      #expect(eventually { seen.count == 2 })
      #expect(seen.distinct == 2)
      release.signal()
    }

    @Test("nothing is lost where work comes at the moment when a thread gives up waiting")
    func lastMoment() throws {
      let threads = SpareThreads(name: "test-spare", stackSize: 128 << 10, patience: .microseconds(200))
      for number in 1...300 {
        try threads.run { [seen] in seen.add() }
        #expect(eventually { seen.count == number })
        usleep(UInt32(number % 40) * 10)
      }
    }

    @Test("a thread that is not needed ends, and what its work held is let go of before")
    func ends() throws {
      let threads = SpareThreads(name: "test-ending", stackSize: 128 << 10, patience: .milliseconds(300))
      weak var held: Seen?
      do {
        let object = Seen()
        held = object
        try threads.run { object.add() }
        #expect(eventually { object.count == 1 })
      }
      #expect(eventually { held == nil })
      #expect(try names().contains("test-ending"))
      #expect(try eventually { try !names().contains("test-ending") })
    }

    private func names() throws -> [String] {
      try Directories.names(in: "/proc/self/task").compactMap { try? text("/proc/self/task/\($0)/comm") }
        .map { String($0.dropLast()) }
    }
  }
}
