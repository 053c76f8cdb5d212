import Glibc
import LinuxKernel

/// Mounts, cgroups and processes of the trial's namespaces.
enum MachineItems {
  /// All but those that pin the trial's own pods.
  static func mounts(_ trial: String) throws -> [Snapshot.Item] {
    try Mounts.entries().compactMap { mount in
      let directory = mount.mountPoint.split(separator: "/")
      if directory.dropLast().last == "netns", directory.last?.hasPrefix("\(trial)-") == true { return nil }
      return Snapshot.Item(
        kind: .mount, place: .host, identity: "of \(mount.type) at \(mount.mountPoint)",
        details: mount.source == mount.type ? "" : mount.source)
    }
  }

  /// The groups in the hierarchies that the trial has mounted.
  static func cgroups() throws -> [Snapshot.Item] {
    var items: [Snapshot.Item] = []
    func collect(_ directory: String) {
      for entry in (try? Directories.entries(directory)) ?? [] where entry.isDirectory {
        let path = "\(directory)/\(entry.name)"
        items.append(Snapshot.Item(kind: .cgroup, place: .host, identity: path))
        collect(path)
      }
    }
    // Where there are several hierarchies, they lie in a directory that anyone may make others in.
    let base = "/sys/fs/cgroup"
    collect(base)
    for mount in try Mounts.entries() where mount.type == "cgroup" || mount.type == "cgroup2" {
      if mount.mountPoint != base, !mount.mountPoint.hasPrefix(base + "/") { collect(mount.mountPoint) }
    }
    return items
  }

  /// Those that live, but for this one and what has the kernel for a parent.
  static func processes() throws -> [Snapshot.Item] {
    try Directories.entries("/proc").compactMap { entry in
      guard let pid = Int32(entry.name), pid != getpid() else { return nil }
      // It may end while it is looked at.
      guard let status = try? DurableFile.read("/proc/\(pid)/stat", limit: 4096),
        let command = try? DurableFile.read("/proc/\(pid)/cmdline", limit: 1 << 20), !command.isEmpty
      else { return nil }
      let fields = String(decoding: status, as: UTF8.self).split(separator: ")").last?.split(separator: " ") ?? []
      guard let state = fields.first, state != "Z", state != "X" else { return nil }
      let words = command.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }.joined(separator: " ")
      return Snapshot.Item(kind: .process, place: .host, identity: "\(pid): \(words.prefix(400))")
    }
  }
}
