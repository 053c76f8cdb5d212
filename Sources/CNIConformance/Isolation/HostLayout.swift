import Glibc
import LinuxKernel

/// What a trial's own tree of files is made of, by the host's mounts as they were when the run began.
struct HostLayout: Sendable {
  /// Directories with a filesystem of the host's own on them, `/` first: each gets a layer of the trial's own over it.
  let layered: [String]
  /// Files that are mounted one by one, as container engines do it: they are copied.
  let copied: [String]
  /// Directories that start empty, and belong to the trial alone.
  let emptied: [String]
  /// Directories that must be seen though they lie in an emptied one: each gets a layer, too.
  let kept: [String]
  /// Files that must be seen there; they cannot be written.
  let keptFiles: [String]
  /// The cgroup hierarchies: where each is mounted, its type, and its options.
  let cgroups: [CgroupMount]
  /// Whether `/var/run` is a directory by itself; mostly it is a link to `/run`.
  let hasSeparateVarRun: Bool

  struct CgroupMount: Sendable, Hashable {
    let path: String
    let type: String
    let options: String
  }

  /// Filesystems that hold nothing of a user's, or that the trial has its own of.
  private static let kernels: Set<String> = [
    "proc", "sysfs", "devtmpfs", "devpts", "cgroup", "cgroup2", "mqueue", "debugfs", "tracefs", "securityfs", "bpf",
    "nsfs", "binfmt_misc", "hugetlbfs", "pstore", "configfs", "fusectl", "rpc_pipefs", "autofs", "efivarfs",
    "selinuxfs",
  ]

  /// - Parameters:
  ///   - needed: the plugins that a trial must find where they are.
  ///   - named: what their configurations name.
  ///   - data: directories that plugins keep their state in, beside the usual ones.
  init(mounts: [MountEntry], needed plugins: [String], named: [String] = [], data: [String]) {
    let canonical = plugins.compactMap { try? Directories.canonical($0) }
    // A plugin that lies there may be reached by links that lie there, too.
    let temporary = ["/tmp", "/var/tmp"].filter { place in
      !(plugins + canonical).contains { Self.lies($0, in: place) }
    }
    let needed = canonical + named.compactMap { try? Directories.canonical($0) }
    var emptied = ["/run", "/var/lib/cni", "/var/lib/berth"] + temporary
    emptied += data.filter { $0.hasPrefix("/") && $0 != "/" }.compactMap { try? Directories.canonical($0) }
    // One that lies in another is empty with it.
    emptied = Array(Set(emptied)).sorted()
    emptied = emptied.filter { path in !emptied.contains { $0 != path && Self.lies(path, in: $0) } }
    self.emptied = emptied
    let hidden = needed.filter { path in emptied.contains { Self.lies(path, in: $0) } && access(path, F_OK) == 0 }
    // What a plugin needs lies beside it, unless that is what everybody puts there.
    let places = hidden.map { path in
      let parent = DurableFile.split(path).directory
      return HostFile.isDirectory(path) || emptied.contains(parent) ? path : parent
    }
    kept = places.filter(HostFile.isDirectory)
    keptFiles = places.filter { !HostFile.isDirectory($0) }
    var (layered, copied) = (["/"], [String]())
    for mount in mounts where mount.mountPoint != "/" && !Self.kernels.contains(mount.type) {
      let path = mount.mountPoint
      guard !(["/proc", "/sys", "/dev"] + emptied).contains(where: { Self.lies(path, in: $0) }),
        !layered.contains(path), !copied.contains(path),
        path.split(separator: "/").count <= 2 || needed.contains(where: { Self.lies($0, in: path) })
      else { continue }
      if HostFile.isDirectory(path) { layered.append(path) } else { copied.append(path) }
    }
    self.layered = layered
    self.copied = copied
    cgroups = mounts.filter { $0.type == "cgroup" || $0.type == "cgroup2" }.map { mount in
      CgroupMount(path: mount.mountPoint, type: mount.type, options: Self.cgroupOptions(mount))
    }
    hasSeparateVarRun = (try? Directories.canonical("/var/run")) == "/var/run"
  }

  /// Whether a path is the directory or lies somewhere in it.
  static func lies(_ path: String, in directory: String) -> Bool {
    directory == "/" || path == directory || path.hasPrefix(directory + "/")
  }

  /// What names the hierarchy; the rest of its options it has already.
  private static func cgroupOptions(_ mount: MountEntry) -> String {
    guard mount.type == "cgroup" else { return "" }
    let flags: Set<String> = ["rw", "ro", "xattr", "noprefix", "clone_children", "cpuset_v2_mode", "favordynmods"]
    let names = mount.superOptions.filter { !flags.contains($0) && !$0.hasPrefix("release_agent=") }
    let hasController = !names.allSatisfy { $0.hasPrefix("name=") }
    return ((hasController ? [] : ["none"]) + names).joined(separator: ",")
  }
}
