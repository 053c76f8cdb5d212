import Glibc
import SystemPackage
import Synchronization
import Testing

@testable import LinuxKernel

extension Kernel {
  @Suite("Processes")
  struct ProcessHandleTests {
    @Test("the start time is what follows the last parenthesis")
    func startTime() throws {
      let tail = (3...21).map(String.init).joined(separator: " ")
      #expect(ProcessIdentity.startTime(inStat: Array("7 (a) b (c) \(tail) 4711 23".utf8)) == 4711)
      #expect(ProcessIdentity.startTime(inStat: Array("7 (a) S 1 2".utf8)) == nil)
      #expect(ProcessIdentity.startTime(inStat: []) == nil)
    }

    @Test("only the living process with the same start time is opened")
    func open() throws {
      let me = try ProcessIdentity(of: getpid())
      #expect(ProcessHandle.open(me)?.identity == me)
      #expect(ProcessHandle.open(ProcessIdentity(pid: me.pid, startTime: me.startTime + 1)) == nil)
      #expect(ProcessHandle.open(ProcessIdentity(pid: Int32.max - 1, startTime: 1)) == nil)
      let error = #expect(throws: KernelError.self) { _ = try ProcessIdentity(of: Int32.max - 1) }
      #expect(error?.errno == .noSuchProcess)
    }

    @Test("a zombie is not alive, though its start time is still there")
    func zombie() throws {
      let process = try shell("exit 0")
      #expect(process.process.waitForExit(until: soon()))
      let identity = process.process.identity
      #expect(try ProcessIdentity(of: identity.pid) == identity)
      #expect(ProcessHandle.open(identity) == nil)
      #expect(try process.exitStatus() == .exited(0))
    }

    @Test("an operation tells how a process ended at once, and reaps it when it is over itself")
    func afterwards() async throws {
      let thread = try OperationThread(name: "berth-test-reap")
      let pid = try await Task(executorPreference: thread) { () async throws -> Int32 in
        let process = try shell("exit 3")
        #expect(try process.exitStatus() == .exited(3))
        #expect(try process.exitStatus() == .exited(3))
        let identity = process.process.identity
        #expect(try ProcessIdentity(of: identity.pid) == identity)
        return identity.pid
      }.value
      thread.shutdown()
      #expect(eventually { access("/proc/\(pid)", F_OK) != 0 })
    }

    @Test("a process that is not a child is waited for, but not reaped")
    func foreign() throws {
      let process = try shell("sleep 300 & wait $!")
      var child: Int32?
      #expect(
        try eventually {
          child = try children(of: process.process.identity.pid).first; return child != nil
        })
      let orphan = try #require(child)
      let handle = try #require(ProcessHandle.open(ProcessIdentity(of: orphan)))
      try handle.signal(SIGKILL)
      #expect(handle.waitForExit(until: soon()))
      #expect(handle.reap() == nil)
      #expect(try process.exitStatus() == .exited(137))
    }

    @Test("a deadline ends the wait")
    func deadline() throws {
      let me = try #require(ProcessHandle.open(ProcessIdentity(of: getpid())))
      #expect(!me.waitForExit(until: .now.advanced(by: .milliseconds(5))))
      #expect(!me.hasExited)
    }
  }

  @Suite("The exit watcher")
  struct ExitWatcherTests {
    @Test("a kill is seen, once; a cancelled watch stays silent")
    func watch() throws {
      let watcher = try ExitWatcher()
      let (first, second) = (try shell("exec sleep 300"), try shell("exec sleep 300"))
      let seen = Handoff<Int>()
      let count = Mutex(0)
      _ = try watcher.watch(first.process) { count.withLock { $0 += 1 } }
      let silent = try watcher.watch(second.process) { count.withLock { $0 += 100 } }
      silent.cancel()
      silent.cancel()
      try second.process.signal(SIGKILL)
      #expect(second.process.waitForExit(until: soon()))
      try first.process.signal(SIGKILL)
      #expect(try first.exitStatus() == .signalled(SIGKILL))
      #expect(try second.exitStatus() == .signalled(SIGKILL))
      // Watching what has exited fires at once, and after what fired before.
      #expect(eventually { count.withLock { $0 } == 1 })
      let third = try shell("exit 0")
      #expect(third.process.waitForExit(until: soon()))
      _ = try watcher.watch(third.process) { seen.give(count.withLock { $0 }) }
      #expect(seen.take() == 1)
      #expect(try third.exitStatus() == .exited(0))
    }

    @Test("its thread and descriptors end with it")
    func end() throws {
      let before = try openDescriptors()
      let threads = try Directories.entries("/proc/self/task").count
      for _ in 0..<20 { _ = try ExitWatcher() }
      #expect(try eventually { try isOpenNoMore(than: before) })
      #expect(try eventually { try Directories.entries("/proc/self/task").count <= threads })
    }
  }
}
