extension Cgroup {
  /// The paths of the groups that processes live in, in whichever hierarchy, as this process's cgroup namespace sees them.
  ///
  /// Tells of the processes of `/proc`'s PID namespace; one that begins or ends meanwhile may be missing. Follows
  /// `/proc/PID/cgroup` of cgroups(7).
  package static func inhabited() throws(KernelError) -> Set<String> {
    var paths: Set<String> = []
    for name in try Directories.names(in: "/proc") where Int32(name) != nil {
      // Who has ended meanwhile lives nowhere.
      guard let lines = try? DurableFile.read("/proc/\(name)/cgroup", limit: 1 << 20) else { continue }
      paths.formUnion(Self.paths(inMembership: lines))
    }
    return paths
  }

  /// The paths in the text of one process's file: a line a hierarchy, `number:controllers:path`.
  static func paths(inMembership text: [UInt8]) -> [String] {
    text.split(separator: UInt8(ascii: "\n")).compactMap { line in
      let fields = line.split(separator: UInt8(ascii: ":"), maxSplits: 2, omittingEmptySubsequences: false)
      guard fields.count == 3, fields[2].first == UInt8(ascii: "/") else { return nil }
      let path = String(decoding: fields[2], as: UTF8.self)
      // Outside this cgroup namespace, where nothing can be reached.
      return path.utf8.starts(with: "/..".utf8) ? nil : path
    }
  }
}
