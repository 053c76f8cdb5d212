import Glibc
import Synchronization
import SystemPackage
import Testing

@testable import LinuxKernel

/// A filter's one instruction that returns SECCOMP_RET_ALLOW.
let allowsAll: UInt64 = 0x7FFF_0000_0000_0006

extension Kernel {
  @Suite("Pauses", .enabled(if: isRoot, "needs root"))
  struct PauseSpawnerTests {
    let spawner: PauseSpawner

    init() throws { spawner = try PauseSpawner(pauseBinary: pauseBinary()) }

    private func end(_ pause: StartedPause) throws {
      try pause.process.signal(SIGKILL)
      pause.process.reapSoon()
    }

    @Test("a pause has no privilege, an empty read-only root and only its descriptors")
    func confinement() throws {
      let pause = try spawner.start(
        PauseSpecification(
          hostname: "pod-one", supplementalGroups: [1234, 77], oomScoreAdjustment: 321, seccomp: [allowsAll]))
      let pid = pause.process.identity.pid
      for set in ["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"] {
        #expect(try status(pid, set) == "0000000000000000")
      }
      #expect(try status(pid, "NoNewPrivs") == "1")
      #expect(try status(pid, "Seccomp") == "2")
      #expect(try status(pid, "Uid") == "65535\t65535\t65535\t65535")
      #expect(try status(pid, "Gid") == "65535\t65535\t65535\t65535")
      #expect(try status(pid, "Groups").split(separator: " ").sorted() == ["1234", "77"])
      #expect(try status(pid, "NSpid").hasSuffix("\t1"))
      #expect(getsid(pid) == pid)
      #expect(try status(pid, "SigIgn") == "0000000000000000" && status(pid, "SigCgt") == "0000000000000000")
      #expect(try status(pid, "SigBlk") == "0000000000014002", "INT, TERM and CHLD, and no others")
      #expect(try text("/proc/\(pid)/oom_score_adj") == "321\n")
      #expect(pause.oomScoreError == nil)
      #expect(try text("/proc/\(pid)/cmdline") == "/pause\0")
      #expect(try text("/proc/\(pid)/environ") == "")
      #expect(try Directories.entries("/proc/\(pid)/root").isEmpty)
      let root = try #require(Mounts.parse(try text("/proc/\(pid)/mountinfo")).last)
      #expect(root.mountPoint == "/" && root.type == "tmpfs" && root.options.contains("ro"))
      #expect(try Mounts.parse(text("/proc/\(pid)/mountinfo")).count == 1)
      for name in ["net", "uts", "ipc", "pid", "mnt", "cgroup"] {
        #expect(link("/proc/\(pid)/ns/\(name)") != link("/proc/self/ns/\(name)"), "\(name)")
      }
      #expect(link("/proc/\(pid)/ns/user") == link("/proc/self/ns/user"))
      try pause.commit()
      // After the byte it closes the socket and what it listened with.
      #expect(try eventually { try openDescriptors(pid) == [0, 1, 2] })
      for descriptor in 0...2 { #expect(link("/proc/\(pid)/fd/\(descriptor)") == "/dev/null") }
      try end(pause)
    }

    @Test("a pause starts in a network namespace that was made ahead, in it alone and not in another kind")
    func madeAhead() throws {
      let seen = Mutex("")
      let made = try NewNetworkNamespace { seen.withLock { $0 = link("/proc/thread-self/ns/net") } }
      var specification = PauseSpecification()
      specification.networkNamespace = try made.descriptor()
      let pause = try spawner.start(specification)
      let theirs = link("/proc/\(pause.process.identity.pid)/ns/net")
      #expect(theirs == seen.withLock { $0 } && theirs != link("/proc/self/ns/net"))
      try end(pause)
      specification.networkNamespace = SharedDescriptor(try .open("/proc/self/ns/uts", O_RDONLY))
      let error = #expect(throws: KernelError.self) { _ = try spawner.start(specification) }
      #expect(error?.errno == .invalidArgument && error?.operation == "start pause (network namespace)")
    }

    @Test("an uncommitted pause has the socket on 3 and nothing of the parent's")
    func descriptors() throws {
      let extra = try (0..<50).map { _ in try EventDescriptor() }
      // What others open in this process may lack CLOEXEC, and lies on both sides of what pause is executed from.
      let careless = [dup(0), dup(0), fcntl(0, F_DUPFD, 200)].map { SharedDescriptor(OwnedDescriptor($0)) }
      let pause = try spawner.start(PauseSpecification())
      let pid = pause.process.identity.pid
      #expect(try eventually { try openDescriptors(pid) == [0, 1, 2, 3, 4] })
      #expect(link("/proc/\(pid)/fd/3").hasPrefix("socket:"))
      #expect(link("/proc/\(pid)/fd/4") == "anon_inode:[signalfd]")
      withExtendedLifetime((extra, careless)) {}
      try end(pause)
    }

    @Test("an uncommitted pause ends with its owner, and is reaped")
    func uncommitted() throws {
      var pause: StartedPause? = try spawner.start(PauseSpecification())
      let process = try #require(pause?.process)
      #expect(!process.hasExited)
      pause = nil
      #expect(process.waitForExit(until: soon()))
      #expect(process.reapSoon() == .exited(0))
    }

    @Test("a committed pause outlives its owner; committing twice is success")
    func committed() throws {
      var pause: StartedPause? = try spawner.start(PauseSpecification())
      let process = try #require(pause?.process)
      try pause?.commit()
      try pause?.commit()
      pause = nil
      // It closes the socket when it has read the byte, and only the byte keeps it from exiting then.
      #expect(try eventually { try openDescriptors(process.identity.pid) == [0, 1, 2] })
      #expect(!process.hasExited)
      try process.signal(SIGTERM)
      #expect(process.reapSoon() == .exited(0))
      #expect(process.reapSoon() == .exited(0))
    }

    @Test("started by hand, without a socket, the binary ends at once")
    func withoutSocket() throws {
      let null = try OwnedDescriptor.open("/dev/null", O_RDWR)
      let process = try HostProcess.spawn(
        executable: pauseBinary(), arguments: ["/pause"], environment: [], standardInput: null.raw,
        standardOutput: null.raw, standardError: null.raw)
      #expect(try process.endSoon() == .exited(1))
    }

    @Test("committing a pause that is gone is EPIPE, and no signal")
    func commitTooLate() throws {
      let pause = try spawner.start(PauseSpecification())
      try end(pause)
      let error = #expect(throws: KernelError.self) { try pause.commit() }
      #expect(error?.errno == .brokenPipe)
    }

    @Test("TERM and INT in the first microsecond are not lost", arguments: [SIGTERM, SIGINT])
    func earlySignal(_ signal: CInt) throws {
      for round in 0..<300 {
        let pause = try spawner.start(PauseSpecification())
        if round.isMultiple(of: 2) { try pause.commit() }
        try pause.process.signal(signal)
        try #require(pause.process.waitForExit(until: soon()), "round \(round)")
        #expect(pause.process.reapSoon() == .exited(0))
      }
    }

    @Test("a pause costs at most 12 kB, wherever the kernel starts its stack")
    func memory() throws {
      for _ in 0..<64 {
        let pause = try spawner.start(PauseSpecification())
        try pause.commit()
        let pid = pause.process.identity.pid
        #expect(try eventually { try openDescriptors(pid) == [0, 1, 2] })
        let line = try #require(
          try text("/proc/\(pid)/smaps_rollup").split(separator: "\n").first { $0.hasPrefix("Pss:") })
        let kilobytes = try #require(Int(line.split(separator: " ")[1]))
        #expect(kilobytes <= 12)
        #expect(try text("/proc/\(pid)/cmdline") == "/pause\0")
        try end(pause)
      }
    }

    @Test("the score is lowered, or the reason is told where CAP_SYS_RESOURCE is missing")
    func lowerScore() throws {
      let mayLower = (try #require(UInt64(try status(getpid(), "CapEff"), radix: 16)) >> 24) & 1 == 1
      let pause = try spawner.start(PauseSpecification(oomScoreAdjustment: -998))
      #expect(pause.oomScoreError == (mayLower ? nil : .permissionDenied))
      let score = try text("/proc/\(pause.process.identity.pid)/oom_score_adj")
      #expect(score == (mayLower ? "-998\n" : try text("/proc/self/oom_score_adj")))
      try end(pause)
    }

    @Test("orphans of a shared PID namespace are reaped")
    func orphans() throws {
      let pause = try spawner.start(PauseSpecification())
      try pause.commit()
      let pid = pause.process.identity.pid
      let null = try OwnedDescriptor.open("/dev/null", O_RDWR)
      let shell = try HostProcess.spawn(
        executable: "/usr/bin/nsenter",
        arguments: ["nsenter", "-t", "\(pid)", "-p", "sh", "-c", "for i in 1 2 3 4 5; do (sleep 300 &); done"],
        environment: ["PATH=/usr/bin:/bin"], standardInput: null.raw, standardOutput: null.raw, standardError: null.raw)
      #expect(try shell.endSoon() == .exited(0))
      #expect(try eventually { try children(of: pid).count == 5 }, "the orphans are pause's children now")
      for orphan in try children(of: pid) { kill(orphan, SIGKILL) }
      #expect(try eventually { try children(of: pid).isEmpty }, "and no zombie of them is left")
      #expect(!pause.process.hasExited)
      try end(pause)
    }

    @Test("a failing step is named with its errno, and leaves nothing")
    func failures() throws {
      let before = try openDescriptors()
      let tooLong = #expect(throws: KernelError.self) {
        _ = try spawner.start(PauseSpecification(hostname: String(repeating: "x", count: 65)))
      }
      #expect(tooLong?.errno == .invalidArgument)
      #expect(tooLong?.operation == "start pause (sethostname)")
      #expect(tooLong?.remedy != nil)
      let hierarchies = try CgroupHierarchies.discover()
      let missing = Cgroup(path: "/berth-test-\(getpid())-missing", in: hierarchies.all)
      let noCgroup = #expect(throws: KernelError.self) { _ = try spawner.start(PauseSpecification(cgroup: missing)) }
      #expect(noCgroup?.errno == .noSuchFileOrDirectory)
      let range = UserNamespaceMapping.Range(hostID: 100_000, containerID: 0, length: 10)
      let unmapped = PauseSpecification(userNamespace: UserNamespaceMapping(uids: [range], gids: [range]))
      let noUser = #expect(throws: KernelError.self) { _ = try spawner.start(unmapped) }
      #expect(noUser?.operation == "start pause (setresgid)" || noUser?.operation == "start pause (setgroups)")
      let badMap = PauseSpecification(userNamespace: UserNamespaceMapping(uids: [], gids: []))
      let noMap = #expect(throws: KernelError.self) { _ = try spawner.start(badMap) }
      #expect(noMap?.subject.hasSuffix("/uid_map") == true)
      let tooMany = #expect(throws: KernelError.self) {
        _ = try spawner.start(PauseSpecification(supplementalGroups: Array(0..<70_000)))
      }
      #expect(tooMany?.operation == "start pause (setgroups)")
      // What pause refuses to become is told by pause itself.
      for (filter, step) in [([UInt64(0)], "seccomp"), (Array(repeating: allowsAll, count: 256), nil)] {
        let error: KernelError?
        do throws(KernelError) {
          error = try withExtendedLifetime(spawner.start(PauseSpecification(seccomp: filter))) { nil }
        } catch let thrown { error = thrown }
        #expect(
          error?.errno == step.map { _ in .invalidArgument } && error?.operation == step.map { "start pause (\($0))" })
      }
      let tooLongAFilter = #expect(throws: KernelError.self) {
        _ = try spawner.start(PauseSpecification(seccomp: Array(repeating: allowsAll, count: 257)))
      }
      #expect(tooLongAFilter?.errno == .invalidArgument && tooLongAFilter?.remedy?.contains("256") == true)
      #expect(try eventually { try isOpenNoMore(than: before) })
      #expect(eventually { hasNoChildren() })
    }

    @Test("a user namespace has its maps, and its pause the score")
    func userNamespace() throws {
      let range = UserNamespaceMapping.Range(hostID: 100_000, containerID: 0, length: 65_536)
      let specification = PauseSpecification(
        hostname: "userns", uid: 7, gid: 8, oomScoreAdjustment: 321,
        userNamespace: UserNamespaceMapping(uids: [range], gids: [range]))
      let pause = try spawner.start(specification)
      let pid = pause.process.identity.pid
      #expect(try status(pid, "Uid") == "100007\t100007\t100007\t100007")
      #expect(try status(pid, "Gid") == "100008\t100008\t100008\t100008")
      #expect(link("/proc/\(pid)/ns/user") != link("/proc/self/ns/user"))
      #expect(try text("/proc/\(pid)/oom_score_adj") == "321\n")
      for set in ["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"] {
        #expect(try status(pid, set) == "0000000000000000")
      }
      try pause.commit()
      #expect(try eventually { try openDescriptors(pid) == [0, 1, 2] })
      try end(pause)
    }

    @Test("a pause is born in its cgroup, in every hierarchy")
    func cgroup() throws {
      let parent = Cgroup(path: "/berth-test-\(getpid())-born", in: try CgroupHierarchies.discover().all)
      let leaf = parent.child("pause")
      try leaf.create()
      let pause = try spawner.start(PauseSpecification(cgroup: leaf))
      let pid = pause.process.identity.pid
      #expect(try parent.processes() == [pid])
      for hierarchy in leaf.hierarchies { #expect(try CgroupFile.processes(leaf.directory(in: hierarchy)) == [pid]) }
      // Seen from inside, the group is the root.
      #expect(try text("/proc/\(pid)/cgroup").contains("\(leaf.path)\n"))
      try parent.kill(until: soon())
      #expect(pause.process.reapSoon() == .signalled(SIGKILL))
      try parent.remove()
      #expect(!parent.exists)
    }

    @Test("the host's namespaces are kept where none are asked for")
    func hostNamespaces() throws {
      let pause = try spawner.start(PauseSpecification(namespaces: [.ipc]))
      let pid = pause.process.identity.pid
      for name in ["net", "uts", "pid"] { #expect(link("/proc/\(pid)/ns/\(name)") == link("/proc/self/ns/\(name)")) }
      #expect(link("/proc/\(pid)/ns/ipc") != link("/proc/self/ns/ipc"))
      try pause.process.signal(SIGTERM)
      #expect(pause.process.reapSoon() == .exited(0))
    }

    @Test("a thousand starts leave no descriptor and no zombie")
    func manyStarts() throws {
      let before = try openDescriptors()
      for _ in 0..<1000 {
        let pause = try spawner.start(PauseSpecification(namespaces: [.pid, .uts]))
        try pause.commit()
        try end(pause)
      }
      #expect(try eventually { try isOpenNoMore(than: before) })
      #expect(eventually { hasNoChildren() })
    }

    @Test("the binary is checked when the spawner is made")
    func binary() throws {
      let directory = TemporaryDirectory()
      let missing = #expect(throws: KernelError.self) { _ = try PauseSpawner(pauseBinary: directory.path + "/none") }
      #expect(missing?.errno == .noSuchFileOrDirectory && missing?.remedy != nil)
      let mine = try directory.write("mine", "", mode: 0o750)
      let notForOthers = #expect(throws: KernelError.self) { _ = try PauseSpawner(pauseBinary: mine) }
      #expect(notForOthers?.remedy?.contains("chmod o+x") == true)
      #expect(throws: KernelError.self) { _ = try PauseSpawner(pauseBinary: directory.path) }
      let garbage = try PauseSpawner(pauseBinary: try directory.write("garbage", "garbage", mode: 0o755))
      let notAProgram = #expect(throws: KernelError.self) { _ = try garbage.start(PauseSpecification()) }
      #expect(notAProgram?.operation == "start pause (execve)" && notAProgram?.errno == Errno(rawValue: ENOEXEC))
    }

    @Test("a spawner that is shut down refuses")
    func shutdown() throws {
      let other = try PauseSpawner(pauseBinary: pauseBinary())
      other.shutdown()
      let error = #expect(throws: KernelError.self) { _ = try other.start(PauseSpecification()) }
      #expect(error?.errno == .canceled)
    }
  }
}
