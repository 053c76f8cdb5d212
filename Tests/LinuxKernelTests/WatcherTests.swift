import Glibc
import Synchronization
import SystemPackage
import Testing

@testable import LinuxKernel

extension Kernel {
  @Suite("The watcher")
  struct WatcherTests {
    @Test("an exit is seen, once; a cancelled watch stays silent", .enabled(if: isRoot, "needs root"))
    func watch() throws {
      let watcher = try Watcher()
      let (first, second) = (try shell("exec sleep 300"), try shell("exec sleep 300"))
      let count = Mutex(0)
      _ = try watcher.watch(first.process) { count.withLock { $0 += 1 } }
      let silent = try watcher.watch(second.process) { count.withLock { $0 += 100 } }
      let again = #expect(throws: KernelError.self) { _ = try watcher.watch(second.process) {} }
      #expect(again?.errno == .fileExists)
      silent.cancel()
      silent.cancel()
      try second.process.signal(SIGKILL)
      #expect(second.process.waitForExit(until: soon()))
      try first.process.signal(SIGKILL)
      #expect(eventually { count.withLock { $0 } == 1 })
      // Watching what has exited fires at once, and after what fired before.
      let third = try shell("exit 0")
      #expect(third.process.waitForExit(until: soon()))
      let seen = Mutex<Int?>(nil)
      _ = try watcher.watch(third.process) { seen.withLock { $0 = count.withLock { $0 } } }
      #expect(eventually { seen.withLock { $0 } == 1 })
      // None of them was reaped.
      #expect(first.process.reapSoon() == .signalled(SIGKILL) && third.process.reapSoon() == .exited(0))
    }

    @Test("alarms ring in their order, also one armed while a later one is waited for, or armed or disarmed by another")
    func alarms() throws {
      let watcher = try Watcher()
      let rings = Mutex<[String]>([])
      let ring = { @Sendable (name: String) in rings.withLock { $0.append(name) } }
      let now = SuspendingClock.now
      _ = watcher.schedule(at: now + .seconds(3600)) { ring("in an hour") }
      _ = watcher.schedule(at: now + .milliseconds(20)) { ring("third") }
      let disarmed = watcher.schedule(at: now + .milliseconds(15)) { ring("disarmed") }
      let neighbour = Mutex<Watcher.Alarm?>(nil)
      _ = watcher.schedule(at: now + .milliseconds(10)) {
        ring("first")
        neighbour.withLock { $0?.cancel() }
        _ = watcher.schedule(at: now) { ring("second") }
      }
      let late = watcher.schedule(at: now + .milliseconds(11)) { ring("disarmed by the first") }
      neighbour.withLock { $0 = late }
      disarmed.cancel()
      disarmed.cancel()
      #expect(eventually { rings.withLock { $0.count } >= 3 })
      #expect(rings.withLock { $0 } == ["first", "second", "third"])
    }

    @Test("nothing runs after the shutdown, and its thread and descriptors end with it")
    func end() throws {
      let before = try openDescriptors()
      let threads = try Directories.entries("/proc/self/task").count
      let isRung = Mutex(false)
      for _ in 0..<20 {
        let watcher = try Watcher()
        _ = watcher.schedule(at: .now + .seconds(3600)) { isRung.withLock { $0 = true } }
      }
      let watcher = try Watcher()
      watcher.shutdown()
      watcher.shutdown()
      _ = watcher.schedule(at: .now) { isRung.withLock { $0 = true } }
      #expect(try eventually { try Directories.entries("/proc/self/task").count <= threads })
      withExtendedLifetime(watcher) {}
      #expect(!isRung.withLock { $0 })
      #expect(try eventually { try openDescriptors().count <= before.count + 2 })
    }
  }

  @Suite("Cancellation and syncs")
  struct SyncTests {
    let directory = TemporaryDirectory()

    @Test("a cancellation wakes whoever polls it, for good")
    func cancellation() throws {
      let cancellation = try Cancellation()
      #expect(!cancellation.isCancelled && !Poll.isReadable(cancellation.raw, until: .now))
      try DedicatedThread.start { cancellation.cancel() }
      #expect(Poll.isReadable(cancellation.raw, until: soon()))
      cancellation.cancel()
      #expect(cancellation.isCancelled)
    }

    @Test("files are synced, and each failure is its own")
    func sync() throws {
      let syncer = try Syncer()
      let paths = try (0..<20).map { try directory.write("\($0)", "x") }
      let syncings = (paths + [directory.path + "/none"]).map(syncer.sync)
      for syncing in syncings.dropLast() { try syncing.wait(until: soon()) }
      for _ in 0..<2 {
        let error = #expect(throws: KernelError.self) { try syncings.last?.wait(until: soon()) }
        #expect(error?.errno == .noSuchFileOrDirectory && error?.subject == directory.path + "/none")
      }
      syncer.shutdown()
      let late = #expect(throws: KernelError.self) { try syncer.sync(paths[0]).wait(until: soon()) }
      #expect(late?.errno == .canceled)
    }

    @Test("a wait ends at its deadline and when it is cancelled, whatever the disk does")
    func waits() throws {
      // Nobody works at it.
      let syncing = Syncing("/x") { _ in }
      let timedOut = #expect(throws: KernelError.self) { try syncing.wait(until: .now + .milliseconds(5)) }
      #expect(timedOut?.errno == .timedOut)
      let cancellation = try Cancellation()
      cancellation.cancel()
      let cancelled = #expect(throws: KernelError.self) { try syncing.wait(until: soon(), cancellation: cancellation) }
      #expect(cancelled?.errno == .canceled)
      syncing.finish(.success(()))
      try syncing.wait(until: .now, cancellation: cancellation)
    }
  }
}
