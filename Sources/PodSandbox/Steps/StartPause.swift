import Glibc
import LinuxKernel

/// Starts the pause process in the pod's new namespaces, and sets the sysctls of all but the network's.
///
/// Until Commit the pause dies with the daemon: it holds one end of a socket pair with it.
struct StartPause: Step {
  let name = StepName.startPause
  let undoWaitsFor: [StepName] = []
  let spawner: PauseSpawner
  let filter: SeccompFilter
  let oomScore: OOMScoreWarning
  let limit: Duration

  /// Unless its start is to make the network namespace, the networks do not need it.
  func runsBeside(_ pod: Pod) -> Bool { pod.networkNamespace != nil }

  func timeLimit(of pod: Pod) -> Duration { limit }

  func `do`(_ pod: inout Pod) throws {
    let pause = try spawner.start(PauseSpecification(pod, filter: filter))
    pod.uncommitted = pause
    pod.pause = pause.process
    if let reason = pause.oomScoreError { oomScore.warn(reason) }
    try Failpoint.pass("do.StartPause.middle")
    let linux = pod.record.configuration.linux
    let sysctls = linux.otherSysctls
    guard !sysctls.isEmpty else { return }
    do throws(KernelError) {
      try Sysctl.write(sysctls, inside: pause.process, as: linux.rootUser)
    } catch {
      throw linux.refusal(of: error)
    }
  }

  /// Ends the pause through the handle that this daemon holds, else finds it by its cgroup; never by a recorded pid.
  func undo(_ pod: inout Pod) throws {
    pod.uncommitted = nil
    if let pause = pod.pause {
      if !pause.hasExited { try pause.signal(SIGKILL) }
    } else {
      try pod.paths.cgroup.kill(until: pod.deadline)
    }
    try Failpoint.pass("undo.StartPause.middle")
    guard let pause = pod.pause else { return }
    guard pause.waitForExit(until: pod.deadline) else {
      throw SandboxError(
        .deadlineExceeded,
        "pause \(pause.identity.pid) was killed but has not ended: a member of its PID namespace is stuck in the kernel"
      )
    }
    pod.afterwards.add { _ = pause.reap() }
    pod.pause = nil
  }
}
