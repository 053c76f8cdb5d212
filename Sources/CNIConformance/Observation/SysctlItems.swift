import Glibc
import LinuxKernel

/// The network's kernel parameters in the calling thread's network namespace, those that can be set and read.
enum SysctlItems {
  private static let root = "/proc/sys/net"
  /// What changes by itself.
  private static let unsteady: Set<String> = ["nf_conntrack_count", "stable_secret", "tcp_fastopen_key", "flush"]

  static func all(_ place: Snapshot.Place) -> [Snapshot.Item] {
    var items: [Snapshot.Item] = []
    collect(root, place, link: nil, into: &items)
    return items
  }

  private static func collect(
    _ directory: String, _ place: Snapshot.Place, link: String?, into items: inout [Snapshot.Item]
  ) {
    for entry in (try? Directories.entries(directory)) ?? [] where !unsteady.contains(entry.name) {
      let path = "\(directory)/\(entry.name)"
      if entry.isDirectory {
        let isLinks = directory.hasSuffix("/conf") || directory.hasSuffix("/neigh")
        let isLink = isLinks && entry.name != "all" && entry.name != "default"
        collect(path, place, link: isLink ? entry.name : link, into: &items)
        continue
      }
      var status = stat()
      guard lstat(path, &status) == 0, status.st_mode & 0o200 != 0,
        let value = try? DurableFile.read(path, limit: 1 << 16)
      else { continue }
      let text = String(decoding: value, as: UTF8.self).split(whereSeparator: \.isWhitespace).joined(separator: " ")
      items.append(
        Snapshot.Item(
          kind: .sysctl, place: place, identity: "net" + path.dropFirst(root.count).replacing("/", with: "."),
          details: text, link: link))
    }
  }
}
