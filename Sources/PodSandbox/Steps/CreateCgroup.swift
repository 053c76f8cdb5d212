import LinuxKernel
import SystemPackage

/// Makes the pod's cgroup with its limits, the leaf for pause, and the group that plugins run in.
struct CreateCgroup: Step {
  let name = StepName.createCgroup
  // Undo kills whatever is left in the groups, so plugins and pause get their orderly end first.
  let undoWaitsFor = [StepName.attachNetworks, .startPause]
  let limit: Duration

  func timeLimit(of pod: Pod) -> Duration { limit }

  func `do`(_ pod: inout Pod) throws {
    try pod.paths.cgroup.create()
    try Failpoint.pass("do.CreateCgroup.middle")
    if let resources = pod.record.configuration.linux.resources {
      do throws(KernelError) {
        try pod.paths.cgroup.apply(CgroupLimits(resources))
      } catch {
        throw resources.refusal(of: error)
      }
    }
    try pod.paths.pauseCgroup.create(enablingControllers: false)
    if pod.record.executesPlugins { try pod.paths.pluginCgroup.create(enablingControllers: false) }
  }

  func undo(_ pod: inout Pod) throws {
    for group in [pod.paths.pluginCgroup, pod.paths.pauseCgroup, pod.paths.cgroup] {
      do throws(KernelError) {
        try group.remove()
      } catch {
        // Whatever is left in it lived by the sandbox.
        guard error.errno == .resourceBusy else { throw error }
        try group.kill(until: pod.deadline)
        try group.remove()
      }
      try Failpoint.pass("undo.CreateCgroup.middle")
    }
    // A parent that a request had named goes when nothing is left in it, if Berth has made it.
    if !pod.record.configuration.linux.cgroupParent.isEmpty { pod.paths.cgroup.removeVacantParents() }
  }
}

extension Pod {
  /// The greater part of CreateCgroup's undo, for while a plugin's DEL is waited for: removes the groups of a pause that has
  /// ended, as far as nothing else lives in them. Nothing may rely on it.
  ///
  /// - Returns: `nil` where nobody is waited for, or a plugin is told the group's path: it may want it to be there.
  var earlyCgroupRemoval: (@Sendable () -> Void)? {
    guard let pause, record.executesPlugins else { return nil }
    guard !record.networks.contains(where: { $0.configuration.utf8.contains("cgroupPath".utf8) }) else { return nil }
    let groups = [paths.pauseCgroup, paths.cgroup]
    return { if pause.hasExited { for group in groups { group.removeIfVacant() } } }
  }
}
