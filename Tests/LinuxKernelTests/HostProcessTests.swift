import Glibc
import SystemPackage
import Testing

@testable import LinuxKernel

extension Kernel {
  @Suite("Host processes", .enabled(if: isRoot, "needs root"))
  struct HostProcessTests {
    @Test("output, environment, arguments and exit status come through")
    func output() throws {
      let out = try Pipe()
      let err = try Pipe()
      let null = try OwnedDescriptor.open("/dev/null", O_RDWR)
      let process = try HostProcess.spawn(
        executable: "/bin/sh", arguments: ["sh", "-c", "echo \"$0 $1 $A $HOME\"; echo bad >&2; exit 3", "x", "y"],
        environment: ["A=b"], standardInput: null.raw, standardOutput: out.write.raw, standardError: err.write.raw)
      let status = try process.endSoon()
      let (outRead, errRead) = (out.takeReadText(), err.takeReadText())
      #expect(outRead == "x y b \n")
      #expect(errRead == "bad\n")
      #expect(status == .exited(3))
      #expect(try process.endSoon() == .exited(3))
    }

    @Test("nothing of the parent's is inherited: descriptors, signals, session, limits")
    func isolation() throws {
      let input = try Pipe()
      let extra = try (0..<20).map { _ in try EventDescriptor() }
      let careless = [dup(0), fcntl(0, F_DUPFD, 200)].map { SharedDescriptor(OwnedDescriptor($0)) }
      signal(SIGUSR2, SIG_IGN)
      defer { signal(SIGUSR2, SIG_DFL) }
      var blocked = sigset_t()
      var before = sigset_t()
      sigaddset(&blocked, SIGUSR1)
      pthread_sigmask(SIG_BLOCK, &blocked, &before)
      defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
      let null = try OwnedDescriptor.open("/dev/null", O_RDWR)
      let process = try HostProcess.spawn(
        executable: "/bin/cat", arguments: ["cat"], environment: [], standardInput: input.read.raw,
        standardOutput: null.raw, standardError: null.raw, openFilesLimit: rlimit(rlim_cur: 123, rlim_max: 456))
      let pid = process.process.identity.pid
      // The loader has one more open for a moment.
      #expect(try eventually { try openDescriptors(pid) == [0, 1, 2] })
      #expect(try status(pid, "SigIgn") == "0000000000000000")
      #expect(try status(pid, "SigBlk") == "0000000000000000")
      #expect(getsid(pid) == pid && getpgid(pid) == pid)
      #expect(try text("/proc/\(pid)/limits").contains(/Max open files +123 +456/))
      #expect(link("/proc/\(pid)/ns/mnt") == link("/proc/self/ns/mnt"))
      #expect(link("/proc/\(pid)/root") == "/")
      withExtendedLifetime((extra, careless)) {}
      try process.signalGroup(SIGTERM)
      #expect(try process.endSoon() == .signalled(SIGTERM))
      try process.signalGroup(SIGTERM)
    }

    @Test(
      "one that stays with its caller is in its group, is signalled alone, and ends with the thread that started it")
    func staying() async throws {
      let alone = try sleeper()
      #expect(getpgid(alone.process.identity.pid) == getpgid(0) && getsid(alone.process.identity.pid) == getsid(0))
      #expect(try status(alone.process.identity.pid, "SigIgn") == "0000000000000000")
      // This process and its group stay.
      try alone.signalGroup(SIGTERM)
      #expect(try alone.endSoon() == .signalled(SIGTERM))
      let left = try await DedicatedThread.run { try sleeper() }
      #expect(try left.endSoon() == .signalled(SIGKILL))
    }

    private func sleeper() throws -> HostProcess {
      let null = try OwnedDescriptor.open("/dev/null", O_RDWR)
      return try HostProcess.spawn(
        executable: "/bin/sleep", arguments: ["sleep", "300"], environment: [], standardInput: null.raw,
        standardOutput: null.raw, standardError: null.raw, staysWithCaller: true)
    }

    @Test("standard descriptors may be numbered among themselves")
    func swapped() throws {
      let out = try Pipe()
      // On a thread of no consequence: the child has a table of its own.
      let process = try HostProcess.spawn(
        executable: "/bin/sh", arguments: ["sh", "-c", "echo to-one; echo to-two >&2"], environment: [],
        standardInput: 2, standardOutput: out.write.raw, standardError: out.write.raw)
      #expect(try process.endSoon() == .exited(0))
      #expect(out.takeReadText() == "to-one\nto-two\n")
    }

    @Test("it is born in its cgroup, with all its children")
    func cgroup() throws {
      let group = Cgroup(path: "/berth-test-\(getpid())-host", in: [try CgroupHierarchies.discover().primary])
      try group.create()
      let process = try shell("sleep 300 & sleep 300 & wait", cgroup: group)
      #expect(try eventually { try group.processes().count == 3 })
      try group.kill(until: soon())
      #expect(try group.processes().isEmpty)
      #expect(try process.endSoon() == .signalled(SIGKILL))
      try group.remove()
    }

    @Test("a failing start is named, and leaves nothing")
    func failures() throws {
      let before = try openDescriptors()
      func attempt(_ executable: String, _ input: CInt = 0, _ arguments: [String] = ["x"]) -> KernelError? {
        do throws(KernelError) {
          _ = try HostProcess.spawn(
            executable: executable, arguments: arguments, environment: [], standardInput: input, standardOutput: 1,
            standardError: 2)
          return nil
        } catch { return error }
      }
      #expect(attempt("/nonexistent")?.errno == .noSuchFileOrDirectory)
      #expect(attempt("/nonexistent")?.operation == "start program (execve)")
      #expect(attempt("/etc/passwd")?.errno == .permissionDenied)
      #expect(attempt("/bin/true", 999)?.operation == "start program (place descriptors)")
      #expect(attempt("/bin/true", 0, ["a\0b"])?.errno == .invalidArgument)
      #expect(try eventually { try isOpenNoMore(than: before) })
      #expect(eventually { hasNoChildren() })
    }

    @Test("many start at once, and none is left")
    func concurrent() async throws {
      let before = try openDescriptors()
      try await withThrowingTaskGroup(of: LinuxKernel.ExitStatus.self) { group in
        for index in 0..<100 {
          group.addTask { try await DedicatedThread.run { try shell("exit \(index)").exitStatus() } }
        }
        var codes: Set<LinuxKernel.ExitStatus> = []
        for try await status in group { codes.insert(status) }
        #expect(codes == Set((0..<100).map { .exited($0) }))
      }
      #expect(eventually { hasNoChildren() })
      #expect(try eventually { try isOpenNoMore(than: before) })
    }

    @Test("a dropped process is reaped when it ends")
    func dropped() throws {
      let process = try shell("exec sleep 300").process
      #expect(!process.hasExited)
      try process.signal(SIGKILL)
      #expect(eventually { hasNoChildren() })
    }
  }
}

extension Pipe {
  /// What has been written, once this end for writing and all its copies are closed.
  consuming func takeReadText() -> String {
    let read = takeRead()
    return (try? read.readAll(limit: 1 << 20, subject: "pipe")).map { String(decoding: $0, as: UTF8.self) } ?? "?"
  }
}
