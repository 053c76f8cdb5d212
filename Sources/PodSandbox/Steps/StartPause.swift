import Glibc
import LinuxKernel

/// Starts the pause process in the pod's new namespaces, and sets the sysctls of all but the network's.
///
/// Until Commit the pause dies with the daemon: it holds the read end of a pipe of ours.
struct StartPause: Step {
  let name = StepName.startPause
  let undoWaitsFor: [StepName] = []

  func `do`(_ sandbox: inout SandboxContext) throws {
    let pause = try sandbox.host.spawner.start(PauseSpecification(sandbox))
    sandbox.uncommitted = pause
    sandbox.pause = pause.process
    if let reason = pause.oomScoreError { sandbox.host.warnOfOOMScore(reason) }
    try Failpoint.pass("do.StartPause.middle")
    let linux = sandbox.record.configuration.linux
    let sysctls = linux.otherSysctls
    if !sysctls.isEmpty { try Sysctl.write(sysctls, inside: pause.process, as: linux.rootUser) }
  }

  /// Ends the pause through the handle that this daemon holds, else finds it by its cgroup; never by a recorded pid.
  func undo(_ sandbox: inout SandboxContext) throws {
    sandbox.uncommitted = nil
    if let pause = sandbox.pause {
      if !pause.hasExited { try pause.signal(SIGKILL) }
    } else {
      try sandbox.paths.cgroup.kill(until: sandbox.deadline)
    }
    try Failpoint.pass("undo.StartPause.middle")
    guard let pause = sandbox.pause else { return }
    guard pause.waitForExit(until: sandbox.deadline) else {
      throw SandboxError(
        .deadlineExceeded,
        "pause \(pause.identity.pid) was killed but has not ended: a member of its PID namespace is stuck in the kernel"
      )
    }
    pause.reap()
    sandbox.pause = nil
  }
}
