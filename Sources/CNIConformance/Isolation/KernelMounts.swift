import Glibc
import LinuxKernel
import SystemPackage

/// What the kernel shows of itself, anew for a trial's namespaces: `/proc`, `/sys`, `/dev`, the cgroups.
enum KernelMounts {
  static func make(in root: String, _ layout: HostLayout, ownsCgroups: Bool) throws {
    try mountProc(root + "/proc")
    try mountSys(root + "/sys")
    try mountCgroups(root, layout.cgroups, ownsCgroups: ownsCgroups)
    try mountDev(root + "/dev")
  }

  /// What is the whole machine's cannot be written; what is the network namespace's can.
  private static func mountProc(_ path: String) throws {
    try Directories.make(path, mode: 0o555)
    try Mounts.new("proc", at: path, [.noSetuid, .noDevices, .noExecution])
    try Mounts.bind(path + "/sys/net", path + "/sys/net")
    for name in ["irq", "bus", "sysrq-trigger"] where access("\(path)/\(name)", F_OK) == 0 {
      try Mounts.bind("\(path)/\(name)", "\(path)/\(name)")
      try Mounts.setReadOnly("\(path)/\(name)")
    }
    try Mounts.bind(path + "/sys", path + "/sys", recursive: true)
    try Mounts.setReadOnly(path + "/sys")
  }

  private static func mountSys(_ path: String) throws {
    try Directories.make(path, mode: 0o555)
    try Mounts.new("sysfs", at: path, [.noSetuid, .noDevices, .noExecution])
    let links = path + "/devices/virtual/net"
    if access(links, F_OK) == 0 { try Mounts.bind(links, links) }
    try Mounts.bind(path, path, recursive: true)
    try Mounts.setReadOnly(path)
  }

  private static func mountCgroups(_ root: String, _ cgroups: [HostLayout.CgroupMount], ownsCgroups: Bool) throws {
    let restrictions: Mounts.Restrictions = [.noSetuid, .noDevices, .noExecution]
    var hasBase = false
    for mount in cgroups {
      if mount.path != "/sys/fs/cgroup", !hasBase, mount.path.hasPrefix("/sys/fs/cgroup/") {
        try Mounts.new("tmpfs", at: root + "/sys/fs/cgroup", restrictions, options: "mode=755,size=64k")
        hasBase = true
      }
      guard (try? Directories.make(root + mount.path, mode: 0o755)) != nil else { continue }
      // A user namespace has no say in version 1.
      try? Mounts.new(
        mount.type, at: root + mount.path, ownsCgroups ? restrictions : restrictions.union(.readOnly),
        options: mount.options)
    }
  }

  private static let nodes: [(name: String, major: UInt32, minor: UInt32)] = [
    ("null", 1, 3), ("zero", 1, 5), ("full", 1, 7), ("random", 1, 8), ("urandom", 1, 9), ("tty", 5, 0),
    ("net/tun", 10, 200),
  ]

  private static func mountDev(_ path: String) throws {
    try Directories.make(path, mode: 0o755)
    try Mounts.new("tmpfs", at: path, [.noSetuid, .noExecution], options: "mode=755,size=64k")
    for directory in ["net", "pts", "shm"] { try Directories.make("\(path)/\(directory)", mode: 0o755) }
    for node in nodes {
      let place = "\(path)/\(node.name)"
      // Nodes of its own: the modes of the host's are nobody's to change.
      if mknod(place, S_IFCHR | 0o666, dev_t(node.major << 8 | node.minor)) == 0 {
        chmod(place, 0o666)
      } else if access("/dev/\(node.name)", F_OK) == 0 {
        close(creat(place, 0o666))
        try Mounts.bind("/dev/\(node.name)", place)
      }
    }
    chmod(path + "/shm", 0o1777)
    try? Mounts.new(
      "devpts", at: path + "/pts", [.noSetuid, .noExecution], options: "newinstance,ptmxmode=0666,mode=620")
    for (link, target) in [
      ("ptmx", "pts/ptmx"), ("fd", "/proc/self/fd"), ("stdin", "/proc/self/fd/0"), ("stdout", "/proc/self/fd/1"),
      ("stderr", "/proc/self/fd/2"),
    ] { symlink(target, "\(path)/\(link)") }
  }
}
