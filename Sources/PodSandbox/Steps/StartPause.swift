import Glibc
import LinuxKernel

/// Starts the pause process in the pod's new namespaces, and sets the sysctls of all but the network's.
///
/// Nothing needs the pause before Commit, unless its start is to make the network namespace or there are sysctls to be set in
/// its namespaces: so it comes into being beside the networks. Until Commit it dies with the daemon: it holds one end of a
/// socket pair with it.
struct StartPause: Step {
  let name = StepName.startPause
  let undoWaitsFor: [StepName] = []
  let spawner: PauseSpawner
  let filter: SeccompFilter
  let oomScore: OOMScoreWarning
  let limit: Duration

  func timeLimit(of pod: Pod) -> Duration { limit }

  func `do`(_ pod: inout Pod) throws {
    let starting = try spawner.begin(PauseSpecification(pod, filter: filter))
    pod.starting = PauseStart(pause: starting, oomScore: oomScore, traceEntry: pod.traceEntry)
    try Failpoint.pass("do.StartPause.middle")
    let linux = pod.record.configuration.linux
    let sysctls = linux.otherSysctls
    guard !sysctls.isEmpty || pod.networkNamespace == nil else { return }
    let pause = try pod.awaitPause()
    guard !sysctls.isEmpty else { return }
    do throws(KernelError) {
      try Sysctl.write(sysctls, inside: pause.process, as: linux.rootUser)
    } catch {
      throw linux.refusal(of: error)
    }
  }

  /// Ends the pause through the handle that this daemon holds, else finds it by its cgroup; never by a recorded pid.
  func undo(_ pod: inout Pod) throws {
    // Of a start that failed nothing is left.
    if pod.starting != nil { _ = try? pod.awaitPause() }
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

/// A pause that StartPause has begun to start, for the step that waits for it.
struct PauseStart: Sendable {
  let pause: StartingPause
  let oomScore: OOMScoreWarning
  /// StartPause's, to tell there how it ended.
  let traceEntry: TraceRecorder.Entry?
}

extension Pod {
  /// Waits until the pause runs.
  ///
  /// - Throws: ``LateFault`` of StartPause, whichever step waits.
  mutating func awaitPause() throws -> StartedPause {
    if let start = starting {
      starting = nil
      do throws(KernelError) {
        let pause = try start.pause.started()
        if let reason = pause.oomScoreError { start.oomScore.warn(reason) }
        uncommitted = pause
        self.pause = pause.process
      } catch {
        trace.end(start.traceEntry, .failed, error: "\(error)")
        throw LateFault(step: .startPause, cause: error)
      }
    }
    guard let uncommitted else { throw SandboxError(.internal, "no pause to wait for") }
    return uncommitted
  }
}
