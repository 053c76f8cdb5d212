import CLinux
import Glibc
import SystemPackage

extension Cgroup {
  /// The living processes in the group and in those inside it, over all its hierarchies. Zombies do not count.
  public func processes() throws(KernelError) -> [Int32] {
    var processes: Set<Int32> = []
    for hierarchy in hierarchies { processes.formUnion(try CgroupFile.processes(directory(in: hierarchy))) }
    return processes.sorted()
  }

  /// Kills every process in the group and in those inside it, also those that are started meanwhile, and waits until none
  /// is left.
  ///
  /// An absent group is success. ETIMEDOUT names what still lives at the deadline. Refuses (EDEADLK) when this very process
  /// is in the group. Blocks the thread.
  public func kill(until deadline: SuspendingClock.Instant) throws(KernelError) {
    var processes = try processes()
    guard !processes.isEmpty else { return }
    guard !processes.contains(getpid()) else {
      throw KernelError(errno: .deadlock, operation: "kill cgroup", subject: path, remedy: "this very process is in it")
    }
    let ceilings = forbidForks()
    // The group may be used again. One that is gone needs no ceiling.
    defer { for (file, value) in ceilings { try? CgroupFile.write(value, to: file) } }
    for hierarchy in hierarchies where hierarchy.isUnified {
      // Older kernels than 5.14 have no such file: the loop does it all.
      try? CgroupFile.write("1", to: directory(in: hierarchy) + "/cgroup.kill")
    }
    while !processes.isEmpty {
      try killRound(processes, until: deadline)
      processes = try self.processes()
      guard processes.isEmpty || SuspendingClock.now < deadline else {
        throw KernelError(
          errno: .timedOut, operation: "kill cgroup", subject: path,
          remedy: "still alive: \(processes.map(String.init).joined(separator: " "))")
      }
    }
  }

  /// Where the pids controller is, processes that fork faster than they are killed are stopped from it.
  private func forbidForks() -> [(file: String, value: String)] {
    var ceilings: [(String, String)] = []
    for hierarchy in hierarchies {
      let file = directory(in: hierarchy) + "/pids.max"
      // No such controller, or the group is gone: the kill does without.
      guard let value = try? DurableFile.read(file, limit: 64), (try? CgroupFile.write("0", to: file)) != nil else {
        continue
      }
      ceilings.append((file, CgroupHierarchies.words(value).first ?? "max"))
    }
    return ceilings
  }

  /// Kills through pidfds, and only what is in the group after they were opened: a number may have passed on to a process
  /// outside.
  private func killRound(_ listed: [Int32], until deadline: SuspendingClock.Instant) throws(KernelError) {
    // A bounded number of descriptors at a time; the rest comes next round.
    let opened = listed.prefix(256).compactMap { pid -> (pid: Int32, pidfd: SharedDescriptor)? in
      let raw = clinux_pidfd_open(pid)
      return raw < 0 ? nil : (pid, SharedDescriptor(OwnedDescriptor(raw)))
    }
    let members = Set(try processes())
    let victims = opened.filter { members.contains($0.pid) }
    for victim in victims { _ = clinux_pidfd_send_signal(victim.pidfd.raw, SIGKILL) }  // gone already, at worst
    let patience = min(deadline, SuspendingClock.now.advanced(by: .milliseconds(100)))
    for victim in victims { _ = Poll.isReadable(victim.pidfd.raw, until: patience) }
    // Killed but not yet gone (a PID namespace being emptied) or not ours to see: leaves the processor to them.
    if victims.isEmpty { usleep(1000) }
  }
}
