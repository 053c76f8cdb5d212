import Glibc
import LinuxKernel

/// Files that were written in the trial's tree, with what is in them.
enum FileItems {
  /// What programs keep for each other: locks, and the journal of who has mounted what.
  private static let ignored: Set<String> = ["/run/xtables.lock", "/run/ebtables.lock", "/run/mount/utab"]
  /// A file's bytes that are searched.
  private static let mostContent = 1 << 20

  static func all(_ trial: Trial) -> [Snapshot.Item] {
    trial.writtenFiles().compactMap { written in
      guard !ignored.contains(written.path), !written.path.hasPrefix("/var/log/") else { return nil }
      switch written.kind {
      case .directory: return Snapshot.Item(kind: .file, place: .host, identity: "\(written.path)/")
      case .removed: return Snapshot.Item(kind: .file, place: .host, identity: written.path, details: "removed")
      case .link:
        return Snapshot.Item(
          kind: .file, place: .host, identity: written.path, details: "link to \(target(written.path))")
      case .other: return Snapshot.Item(kind: .file, place: .host, identity: written.path, details: "no regular file")
      case .file: return file(written.path)
      }
    }
  }

  private static func file(_ path: String) -> Snapshot.Item {
    guard let bytes = try? HostFile.read(path, limit: mostContent) else {
      var status = stat()
      let size = stat(path, &status) == 0 ? "\(status.st_size) bytes" : "unreadable"
      return Snapshot.Item(kind: .file, place: .host, identity: path, details: size)
    }
    let content = String(decoding: bytes, as: UTF8.self)
    let beginning = content.prefix(80).filter { !$0.isNewline && $0.unicodeScalars.allSatisfy { $0.value >= 0x20 } }
    let words = bytes.isEmpty ? "empty" : "\(bytes.count) bytes: \(beginning)"
    return Snapshot.Item(kind: .file, place: .host, identity: path, details: words, content: content)
  }

  private static func target(_ path: String) -> String {
    var buffer = [CChar](repeating: 0, count: 4096)
    let count = readlink(path, &buffer, buffer.count)
    return String(decoding: buffer.prefix(max(0, count)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
