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
      #expect(try process.endSoon() == .exited(0))
    }

    @Test(
      "how a process ended is told before it is reaped, and after; it is reaped once, at the latest with its handle")
    func reaping() throws {
      var process: HostProcess? = try shell("exit 3")
      var handle = process?.process
      let identity = try #require(handle?.identity)
      for _ in 0..<2 { #expect(handle?.exitStatus() == .exited(3)) }
      #expect(try ProcessIdentity(of: identity.pid) == identity)
      process = nil
      #expect(try ProcessIdentity(of: identity.pid) == identity, "its handle is there")
      #expect(handle?.reap() == .exited(3) && handle?.reap() == .exited(3) && handle?.exitStatus() == .exited(3))
      #expect(access("/proc/\(identity.pid)", F_OK) != 0)
      process = try shell("exit 4")
      handle = process?.process
      let second = try #require(handle?.identity)
      #expect(handle?.exitStatus() == .exited(4))
      (process, handle) = (nil, nil)
      #expect(access("/proc/\(second.pid)", F_OK) != 0)
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
      #expect(try process.endSoon() == .exited(137))
    }

    @Test("a deadline ends the wait")
    func deadline() throws {
      let me = try #require(ProcessHandle.open(ProcessIdentity(of: getpid())))
      #expect(!me.waitForExit(until: .now.advanced(by: .milliseconds(5))))
      #expect(!me.hasExited)
    }
  }
}
