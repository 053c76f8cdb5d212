import Glibc
import SystemPackage

/// A cgroup: the same path in each of some hierarchies.
public struct Cgroup: Sendable, Hashable {
  /// The path below each hierarchy's mount point, with a slash in front.
  public let path: String
  /// Where it is, or is to be.
  public let hierarchies: [CgroupHierarchy]

  /// Names a group, which need not exist. The path has no `.` and `..` components.
  public init(path: String, in hierarchies: [CgroupHierarchy]) {
    let names = path.split(separator: "/")
    precondition(!names.contains("..") && !names.contains("."), "a cgroup's path goes down only: \(path)")
    self.path = "/" + names.joined(separator: "/")
    self.hierarchies = hierarchies
  }

  /// A group inside this one.
  public func child(_ name: String) -> Cgroup { Cgroup(path: path + "/" + name, in: hierarchies) }

  /// The group's directory in one hierarchy.
  public func directory(in hierarchy: CgroupHierarchy) -> String {
    path == "/" ? hierarchy.mountPoint : hierarchy.mountPoint + path
  }

  /// True when the group exists in any of its hierarchies.
  public var exists: Bool {
    hierarchies.contains { access(directory(in: $0), F_OK) == 0 }
  }

  /// Makes the group in each hierarchy, with the groups above it, of which those that are missing are marked as made here: see
  /// ``removeVacantParents()``. Idempotent; needs root.
  ///
  /// In the unified hierarchy the controllers that limits need are made available in the group (cgroup.subtree_control of
  /// those above it), where that is possible: see ``apply(_:)``. Leave it out for groups that only hold processes.
  public func create(enablingControllers: Bool = true) throws(KernelError) {
    for hierarchy in hierarchies {
      try create(in: hierarchy, enablingControllers && hierarchy.isUnified && !hierarchy.controllers.isEmpty)
    }
  }

  private func create(in hierarchy: CgroupHierarchy, _ enablesControllers: Bool) throws(KernelError) {
    let directory = directory(in: hierarchy)
    // Most often only the last one is missing.
    if !enablesControllers {
      if mkdir(directory, 0o755) == 0 || errno == EEXIST { return }
    }
    // Another pod's end may take away a vacant group above this one right after it was found.
    for attempt in 1...Self.attempts {
      do throws(KernelError) {
        try walk(hierarchy, enablesControllers)
        return
      } catch {
        guard error.errno == .noSuchFileOrDirectory, attempt < Self.attempts else { throw error }
      }
    }
  }

  private static let attempts = 10

  private func walk(_ hierarchy: CgroupHierarchy, _ enablesControllers: Bool) throws(KernelError) {
    var walked = hierarchy.mountPoint
    let names = path.split(separator: "/")
    for (depth, name) in names.enumerated() {
      if enablesControllers { Self.enable(Self.usualControllers, of: hierarchy, below: walked) }
      walked += "/" + name
      do throws(KernelError) {
        try retrying("create cgroup", walked) { mkdir(walked, 0o755) }
      } catch {
        guard error.errno != .fileExists else { continue }
        throw error.errno == .readOnlyFileSystem ? error.advising("the hierarchy is mounted read-only") : error
      }
      if depth < names.count - 1 { Self.mark(walked) }
    }
  }

  /// Removes the group with all those inside it, from below. Absent is success; EBUSY names the processes that are left.
  public func remove() throws(KernelError) {
    var failure: KernelError?
    for hierarchy in hierarchies {
      do throws(KernelError) {
        try Self.remove(directory(in: hierarchy))
      } catch {
        failure = failure ?? error
      }
    }
    if let failure { throw failure }
  }

  /// Removes the group from each hierarchy where nothing is in it, and leaves it in the others. Does not wait; idempotent.
  public func removeIfVacant() {
    for hierarchy in hierarchies { _ = rmdir(directory(in: hierarchy)) }
  }

  private static func remove(_ directory: String) throws(KernelError) {
    // Most often nothing is in it any more, and nothing need be listed.
    if rmdir(directory) == 0 || errno == ENOENT { return }
    for child in try CgroupFile.children(directory) { try remove(child) }
    // A group is busy for a moment after its last process has gone.
    let deadline = SuspendingClock.now.advanced(by: .milliseconds(200))
    while true {
      do throws(KernelError) {
        try retrying("remove cgroup", directory) { rmdir(directory) }
        return
      } catch {
        if error.errno == .noSuchFileOrDirectory { return }
        guard error.errno == .resourceBusy else { throw error }
        let processes = try CgroupFile.processes(directory)
        guard processes.isEmpty, SuspendingClock.now < deadline else {
          throw error.advising("processes in it: \(processes.map(String.init).joined(separator: " "))")
        }
      }
      usleep(1000)
    }
  }
}
