import CLinux
import Glibc
import SystemPackage
import Testing

@testable import LinuxKernel

extension Kernel {
  @Suite("Orphans and the child signal", .enabled(if: isRoot, "needs root"))
  struct OrphanTests {
    @Test("orphans are reaped, the children of this process never, however long they stay zombies")
    func orphans() throws {
      #expect(processControl(setChildSubreaper, 1) == 0 && clinux_is_child_subreaper() == 1)
      defer { #expect(processControl(setChildSubreaper, 0) == 0) }
      let own = try shell("exit 5")
      #expect(own.process.waitForExit(until: soon()))
      // Its child is this process' as soon as it has gone itself.
      let parent = try shell("sleep 0.01 & exit 0")
      #expect(try parent.endSoon() == .exited(0))
      #expect(try eventually { try orphanCount() == 1 })
      let watcher = try Watcher()
      Orphans.reap(with: watcher)
      #expect(try eventually { try orphanCount() == 0 })
      #expect(own.process.reapSoon() == .exited(5))
    }

    @Test("a zombie that a start under way may have brought is left alone until that is over")
    func suspects() throws {
      let orphans = Orphans()
      let process = try shell("exit 6")
      #expect(process.process.waitForExit(until: soon()))
      let number = Children.starting {
        // As if nobody knew it yet: the start that brought it is not over.
        forget(process.process.identity.pid)
        orphans.look()
        orphans.look()
        return process.process.identity.pid
      }
      orphans.look()
      #expect(process.process.reapSoon() == .exited(6))
      #expect(number != nil)
    }

    /// Whatever number it is known by.
    private func forget(_ pid: Int32) { for number in 0...Children.mark { Children.forget(pid, number) } }

    private func orphanCount() throws -> Int {
      try Directories.entries("/proc/self/task").reduce(0) { count, thread in
        let list = (try? text("/proc/self/task/\(thread.name)/children")) ?? ""
        return count
          + list.split(separator: " ").compactMap { Int32($0) }.filter { Children.isOrphan($0, seenAt: Children.mark) }
          .count
      }
    }

    @Test("a parent that ignores SIGCHLD takes no exit status away")
    func childSignal() throws {
      signal(SIGCHLD, SIG_IGN)
      ChildSignal.setDefault()
      #expect(try shell("exit 9").endSoon() == .exited(9))
    }

    @Test("no start changes the ids of anything that shares this memory: the kernel would note it on the memory")
    func sharedMemory() async {
      await #expect(processExitsWith: .exitCode(1)) {
        #expect(processControl(setDumpable, 1) == 0)
        let pause = try PauseSpawner(pauseBinary: pauseBinary()).start(PauseSpecification())
        exit(withExtendedLifetime(pause) { processControl(getDumpable) })
      }
    }

    @Test("not dumpable is not dumpable, after a start and a visit as another user too")
    func dumpable() async {
      await #expect(processExitsWith: .exitCode(0)) {
        Dumpable.disable()
        let range = UserNamespaceMapping.Range(hostID: 100_000, containerID: 0, length: 65_536)
        let mapping = UserNamespaceMapping(uids: [range], gids: [range])
        let pause = try PauseSpawner(pauseBinary: pauseBinary()).start(PauseSpecification(userNamespace: mapping))
        try Sysctl.write([("kernel.shmmni", "81")], inside: pause.process, as: 100_000)
        exit(processControl(getDumpable))
      }
    }
  }

  @Suite("What the kernel must have")
  struct RequirementTests {
    @Test("this kernel has it all; what is missing is named with the kernel that has it")
    func requirements() throws {
      try KernelRequirements.check()
      let old = #expect(throws: KernelError.self) {
        try KernelRequirements.check(release: "5.5.7") { $0.since > "5.5" ? ENOSYS : 0 }
      }
      #expect(old?.errno == .noFunction)
      #expect(
        old?.description.contains("close_range (since Linux 5.9)") == true && old?.remedy?.contains("5.5.7") == true
          && old?.remedy?.contains("5.9 or later") == true && old?.description.contains("pidfd_open") == false)
      let forbidden = #expect(throws: KernelError.self) {
        try KernelRequirements.check(release: "6.1") { $0.name == "close_range" ? EPERM : 0 }
      }
      #expect(forbidden?.errno == .notPermitted && forbidden?.remedy?.contains("seccomp") == true)
    }
  }
}
