import LinuxKernel

/// Makes the pod's cgroup with its limits, the leaf for pause, and the group that plugins run in.
struct CreateCgroup: Step {
  let name = StepName.createCgroup
  // Undo kills whatever is left in the groups, so plugins and pause get their orderly end first.
  let undoWaitsFor = [StepName.attachNetworks, .startPause]

  func `do`(_ sandbox: inout SandboxContext) throws {
    try sandbox.paths.cgroup.create()
    try Failpoint.pass("do.CreateCgroup.middle")
    if let resources = sandbox.record.configuration.linux.resources {
      try sandbox.paths.cgroup.apply(CgroupLimits(resources))
    }
    try sandbox.paths.pauseCgroup.create()
    try sandbox.paths.pluginCgroup.create()
  }

  func undo(_ sandbox: inout SandboxContext) throws {
    for group in [sandbox.paths.pluginCgroup, sandbox.paths.cgroup] {
      try group.kill(until: sandbox.deadline)
      try Failpoint.pass("undo.CreateCgroup.middle")
      try group.remove()
    }
  }
}
