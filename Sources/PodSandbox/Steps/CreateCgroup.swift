import LinuxKernel
import SystemPackage

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
    try sandbox.paths.pauseCgroup.create(enablingControllers: false)
    try sandbox.paths.pluginCgroup.create(enablingControllers: false)
  }

  func undo(_ sandbox: inout SandboxContext) throws {
    for group in [sandbox.paths.pluginCgroup, sandbox.paths.pauseCgroup, sandbox.paths.cgroup] {
      do throws(KernelError) {
        try group.remove()
      } catch {
        // Whatever is left in it lived by the sandbox.
        guard error.errno == .resourceBusy else { throw error }
        try group.kill(until: sandbox.deadline)
        try group.remove()
      }
      try Failpoint.pass("undo.CreateCgroup.middle")
    }
  }
}
