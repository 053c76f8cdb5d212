import Glibc
import LinuxKernel

/// Groups for trials, beside those that the host has: one for each, below one of the run's own, in every hierarchy.
///
/// None where they cannot be made: then a trial stays in the run's own groups, and cannot write to them.
final class TrialCgroups {
  private let base: Cgroup?
  /// Those of trials that are over; they are busy for a moment after.
  private var leftover: [Cgroup] = []

  init(mounts: [MountEntry]) {
    let hierarchies = mounts.compactMap { mount -> CgroupHierarchy? in
      switch mount.type {
      case "cgroup2": CgroupHierarchy(version: .v2(controllers: []), mountPoint: mount.mountPoint)
      case "cgroup": CgroupHierarchy(version: .v1(controllers: mount.superOptions), mountPoint: mount.mountPoint)
      default: nil
      }
    }
    var seen: Set<CgroupHierarchy.Version> = []
    let group = Cgroup(
      path: "/berth-conformance-\(getpid())", in: hierarchies.filter { seen.insert($0.version).inserted })
    base = !hierarchies.isEmpty && Self.create(group) ? group : nil
  }

  /// A new group; nil where there are none.
  func make(_ number: Int) -> Cgroup? {
    removeLeftover()
    guard let group = base?.child("\(number)"), Self.create(group) else { return nil }
    return group
  }

  /// The trial of the group is over.
  func discard(_ group: Cgroup?) { if let group { leftover.append(group) } }

  /// All trials are over.
  func remove() {
    for group in leftover { try? group.remove() }
    try? base?.remove()
  }

  private func removeLeftover() {
    for group in leftover { try? group.remove() }
    leftover = leftover.filter(\.exists)
  }

  private static func create(_ group: Cgroup) -> Bool {
    do throws(KernelError) {
      try group.create(enablingControllers: false)
    } catch {
      try? group.remove()
      return false
    }
    group.inheritProcessors()
    return true
  }
}
