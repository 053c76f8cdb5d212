import Glibc
import LinuxKernel

/// Groups for trials, beside those that the host has: one for each, below one of the run's own, in every hierarchy.
///
/// None where they cannot be made: then a trial stays in the run's own groups, and cannot write to them.
final class TrialCgroups {
  private let hierarchies: [CgroupHierarchy]
  /// The run's own, once there was a first trial.
  private var base: Cgroup?
  private var aftermath: Aftermath?
  /// On the run's own group: whoever sees it knows that somebody needs it.
  private var locks: [FileLock] = []
  /// Those of trials that are over; they are busy for a moment after.
  private var leftover: [Cgroup] = []

  init(mounts: [MountEntry]) {
    var seen: Set<CgroupHierarchy.Version> = []
    let all = mounts.compactMap { mount -> CgroupHierarchy? in
      switch mount.type {
      case "cgroup2": CgroupHierarchy(version: .v2(controllers: []), mountPoint: mount.mountPoint)
      case "cgroup": CgroupHierarchy(version: .v1(controllers: mount.superOptions), mountPoint: mount.mountPoint)
      default: nil
      }
    }
    hierarchies = all.filter { seen.insert($0.version).inserted }
  }

  /// A new group; nil where there can be none.
  func make(_ number: Int) -> Cgroup? {
    if number == 1 { makeBase() }
    removeLeftover()
    guard let group = base?.child("\(number)"), Self.create(group) else { return nil }
    return group
  }

  private func makeBase() {
    removeForsaken()
    guard !hierarchies.isEmpty else { return }
    for _ in 0..<3 {
      // Runs of several PID namespaces may have the same number.
      let chance = String(UInt32.random(in: 0...(.max)), radix: 16)
      let group = Cgroup(path: "/\(Self.prefix)\(getpid())-\(chance)", in: hierarchies)
      guard Self.create(group) else { return }
      locks = hierarchies.compactMap { try? FileLock.ofDirectory(group.directory(in: $0)) }
      // Another run may have taken it for forsaken before it was locked.
      guard locks.count == hierarchies.count else { continue }
      base = group
      // A run may be killed, too.
      aftermath = try? Aftermath { Self.removeAll(group) }
      // Older kernels, or those without BPF, leave it at /proc/sys being read-only.
      try? group.forbidMachineSettings()
      return
    }
  }

  /// Removes what runs have left whose whole PID namespace was killed: nobody holds its locks any more.
  private func removeForsaken() {
    for hierarchy in hierarchies {
      for name in (try? Directories.names(in: hierarchy.mountPoint)) ?? [] where name.hasPrefix(Self.prefix) {
        let group = Cgroup(path: "/" + name, in: [hierarchy])
        guard let lock = try? FileLock.ofDirectory(group.directory(in: hierarchy)) else { continue }
        withExtendedLifetime(lock) { try? group.remove() }
      }
    }
  }

  private static let prefix = "berth-conformance-"

  private static func removeAll(_ group: Cgroup) {
    for _ in 0..<100 {
      try? group.remove()
      guard group.exists else { return }
      usleep(50_000)
    }
  }

  /// The trial of the group is over.
  func discard(_ group: Cgroup?) { if let group { leftover.append(group) } }

  /// All trials are over.
  func remove() {
    aftermath?.conclude()
    if let base { Self.removeAll(base) }
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
