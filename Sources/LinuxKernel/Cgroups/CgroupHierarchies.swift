import SystemPackage

/// The cgroup hierarchies of the machine: version 1, version 2, or both.
public struct CgroupHierarchies: Sendable, Hashable {
  /// The unified hierarchy, if there is one, and version 1's with memory, cpu, cpuacct, pids or blkio.
  public let all: [CgroupHierarchy]

  /// Creates the set from known hierarchies.
  public init(_ all: [CgroupHierarchy]) { self.all = all }

  /// The one for groups that only hold processes together: the unified one if there is one, then pids, then any.
  public var primary: CgroupHierarchy {
    all.first(where: \.isUnified) ?? all.first { $0.controllers.contains("pids") } ?? all[0]
  }

  /// Finds the mounted hierarchies in `/proc/self/mountinfo`; ENOENT when there is none.
  public static func discover() throws(KernelError) -> CgroupHierarchies {
    try discover(mounts: Mounts.entries()) { mountPoint in
      // A root without the file has no controllers, as on a hybrid system before any is enabled.
      (try? DurableFile.read(mountPoint + "/cgroup.controllers", limit: 64 << 10)).map(words) ?? []
    }
  }

  /// The same from text in mountinfo's form; `controllers` tells those of a unified hierarchy by its mount point.
  public static func discover(
    mountInfo: String, controllers: (String) -> [String]
  ) throws(KernelError) -> CgroupHierarchies {
    try discover(mounts: Mounts.parse(mountInfo), controllers: controllers)
  }

  private static let wanted: Set<String> = ["memory", "cpu", "cpuacct", "pids", "blkio"]

  private static func discover(
    mounts: [MountEntry], controllers: (String) -> [String]
  ) throws(KernelError) -> CgroupHierarchies {
    var all: [CgroupHierarchy] = []
    for mount in mounts {
      guard let hierarchy = hierarchy(mount, controllers) else { continue }
      // The same one may be mounted in several places: the first counts.
      if !all.contains(where: { $0.version == hierarchy.version }) { all.append(hierarchy) }
    }
    guard !all.isEmpty else {
      throw KernelError(
        errno: .noSuchFileOrDirectory, operation: "find", subject: "cgroup hierarchies",
        remedy: "mount one: mount -t cgroup2 none /sys/fs/cgroup")
    }
    return CgroupHierarchies(all)
  }

  private static func hierarchy(_ mount: MountEntry, _ controllers: (String) -> [String]) -> CgroupHierarchy? {
    switch mount.type {
    case "cgroup2":
      return CgroupHierarchy(version: .v2(controllers: controllers(mount.mountPoint)), mountPoint: mount.mountPoint)
    case "cgroup":
      // Flags such as "xattr" and "name=systemd" stand among the controllers.
      guard !wanted.isDisjoint(with: mount.superOptions) else { return nil }
      let controllers = mount.superOptions.filter { $0 != "rw" && $0 != "ro" && $0 != "xattr" && !$0.contains("=") }
      return CgroupHierarchy(version: .v1(controllers: controllers), mountPoint: mount.mountPoint)
    default: return nil
    }
  }

  static func words(_ bytes: [UInt8]) -> [String] {
    String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isWhitespace).map(String.init)
  }
}
