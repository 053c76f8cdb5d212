import LinuxKernel

/// Starts the pause process in the pod's new namespaces, and sets the namespaces' sysctls.
///
/// Until Commit the pause dies with the daemon: it holds the read end of a pipe of ours.
struct StartPause: Step {
  let name = StepName.startPause
  let undoWaitsFor: [StepName] = []

  func `do`(_ sandbox: inout SandboxContext) throws {
    let pause = try sandbox.host.spawner.start(PauseSpecification(sandbox))
    sandbox.uncommitted = pause
    sandbox.pause = pause.process
    try Failpoint.pass("do.StartPause.middle")
    let sysctls = sandbox.record.configuration.linux.effectiveSysctls
    if !sysctls.isEmpty { try Sysctl.write(sysctls, inside: pause.process) }
  }

  /// Finds the pause by its cgroup, never by a recorded pid.
  func undo(_ sandbox: inout SandboxContext) throws {
    sandbox.uncommitted = nil
    try sandbox.paths.cgroup.kill(until: sandbox.deadline)
    try Failpoint.pass("undo.StartPause.middle")
    sandbox.pause?.reap()
    sandbox.pause = nil
  }
}
