import Glibc
import SystemPackage

extension Cgroup {
  /// Those that limits of pods need.
  static let usualControllers = ["cpu", "memory", "pids", "io"]

  /// Makes controllers available in the groups right inside one of the unified hierarchy.
  ///
  /// Failures are no matter here: a limit that needs the controller will not find its file, and says so.
  static func enable(_ controllers: [String], of hierarchy: CgroupHierarchy, below directory: String) {
    guard !hierarchy.controllers.isEmpty else { return }
    let file = directory + "/cgroup.subtree_control"
    let enabled = words(file)
    for controller in controllers where hierarchy.controllers.contains(controller) && !enabled.contains(controller) {
      try? CgroupFile.write("+" + controller, to: file)
    }
  }

  /// Makes controllers available in this group.
  func enable(_ controllers: [String], in hierarchy: CgroupHierarchy) {
    for directory in parentDirectories(in: hierarchy) { Self.enable(controllers, of: hierarchy, below: directory) }
  }

  /// A limit cannot be set: says what is in the way.
  func unavailable(_ controller: String, for limit: String) -> KernelError {
    let unified = hierarchies.first { $0.isUnified && $0.controllers.contains(controller) }
    let remedy = unified.flatMap { obstacle(to: controller, in: $0) }
    return KernelError(
      errno: .notSupported, operation: "set \(limit) on cgroup", subject: path,
      remedy: remedy
        ?? "the controller \(controller) is not available here: see cgroup.controllers of the hierarchy's root")
  }

  /// The group, seen from above, that keeps a controller from those inside it.
  private func obstacle(to controller: String, in hierarchy: CgroupHierarchy) -> String? {
    for directory in parentDirectories(in: hierarchy)
    where !Self.words(directory + "/cgroup.subtree_control").contains(controller) {
      do throws(KernelError) {
        try CgroupFile.write("+" + controller, to: directory + "/cgroup.subtree_control")
      } catch {
        let processes = Self.words(directory + "/cgroup.procs").filter { $0 != "0" }
        guard error.errno == .resourceBusy, !processes.isEmpty else { return error.description }
        let listed = processes.prefix(8).joined(separator: " ") + (processes.count > 8 ? " …" : "")
        return
          "\(directory) has processes of its own (\(listed)), and the kernel makes \(controller) available only below"
          + " groups without any: move them to a group inside it, or give --cgroup-parent another group"
      }
    }
    return nil
  }

  /// The hierarchy's root and each group above this one, from above.
  private func parentDirectories(in hierarchy: CgroupHierarchy) -> [String] {
    var directories = [hierarchy.mountPoint]
    for name in path.split(separator: "/").dropLast() { directories.append((directories.last ?? "") + "/" + name) }
    return directories
  }

  private static func words(_ file: String) -> [String] {
    // A file that is not there says nothing.
    (try? DurableFile.read(file, limit: 16 << 20)).map(CgroupHierarchies.words) ?? []
  }
}
