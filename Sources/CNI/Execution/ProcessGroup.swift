import Glibc
import LinuxKernel

/// A plugin's process group, for when there is no cgroup to keep its processes together.
struct ProcessGroup {
  let leader: HostProcess

  private var number: Int32 { leader.process.identity.pid }

  /// Kills the group unless its leader exited with status 0. Only before the leader is reaped is the number certainly its own.
  func killUnlessSuccessful() throws(KernelError) {
    guard !leaderSucceeded else { return }
    try leader.signalGroup(SIGKILL)
  }

  /// Kills the group and waits for its end, the leader unreaped; says what is left at the deadline.
  func kill(until end: SuspendingClock.Instant) throws(KernelError) -> String? {
    try leader.signalGroup(SIGKILL)
    _ = try leader.exitStatus()
    // The others are no children of ours: there is nothing to wait on but the group itself.
    while Glibc.kill(-number, 0) == 0 {
      let living = try livingMembers()
      if living.isEmpty { return nil }
      guard SuspendingClock.now < end else {
        return "processes of the plugin are left: \(living.map(String.init).joined(separator: " "))"
      }
      usleep(1000)
    }
    return nil
  }

  /// Whether the leader has exited with status 0; does not reap it.
  var leaderSucceeded: Bool {
    var information = siginfo_t()
    let pidfd = id_t(leader.process.pidfd)
    guard waitid(idtype_t(3), pidfd, &information, WEXITED | WNOWAIT | WNOHANG) == 0 else { return false }
    return information.si_code == 1 && information._sifields._sigchld.si_status == 0
  }

  /// The members that are not zombies: those wait for a parent that may never ask.
  private func livingMembers() throws(KernelError) -> [Int32] {
    try Directories.names(in: "/proc").compactMap(Int32.init).filter(isLivingMember)
  }

  private func isLivingMember(_ pid: Int32) -> Bool {
    do throws(KernelError) {
      guard let status = try HostFile.read("/proc/\(pid)/stat", limit: 4096),
        let parenthesis = status.lastIndex(of: UInt8(ascii: ")"))
      else { return false }
      let fields = String(decoding: status[(parenthesis + 1)...], as: UTF8.self).split(separator: " ")
      return fields.count > 2 && fields[0] != "Z" && fields[0] != "X" && Int32(fields[2]) == number
    } catch {
      // Gone while it was looked at (ESRCH): nothing else is said of this file.
      return false
    }
  }
}
