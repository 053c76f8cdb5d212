import Glibc
import LinuxKernel

/// What was written in a trial's own tree: the contents of its layers.
final class WrittenFiles {
  private let stage: CInt
  private let layers: [PrivateTree.Layer]
  /// What the suite itself has made, of which nothing is told.
  private var known: Set<WrittenFile> = []
  /// Where the suite puts its own files.
  private static let own = ["/run/netns", "/run/berth-conformance"]

  init(stage: CInt, layers: [PrivateTree.Layer]) {
    self.stage = stage
    self.layers = layers
  }

  /// What was written up to now is the suite's own.
  func forget() { known = Set(all()) }

  /// What was written since, by path.
  func list() -> [WrittenFile] {
    all().filter { file in !known.contains(file) && !Self.own.contains { HostLayout.lies(file.path, in: $0) } }
  }

  private func all() -> [WrittenFile] {
    var found: [WrittenFile] = []
    for layer in layers { collect("/proc/self/fd/\(stage)/\(layer.directory)", as: layer.path, into: &found) }
    return found.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
  }

  private func collect(_ directory: String, as path: String, into found: inout [WrittenFile]) {
    for entry in (try? Directories.entries(directory)) ?? [] {
      let (real, seen) = ("\(directory)/\(entry.name)", "\(path)/\(entry.name)")
      var status = stat()
      guard lstat(real, &status) == 0 else { continue }
      switch status.st_mode & S_IFMT {
      case S_IFDIR:
        // A directory that is there for what is in it, below which nothing of the host's was made, was not written.
        if !HostFile.isCopiedUp(real) { found.append(WrittenFile(path: seen, kind: .directory)) }
        collect(real, as: seen, into: &found)
      case S_IFREG: found.append(WrittenFile(path: seen, kind: .file))
      case S_IFLNK: found.append(WrittenFile(path: seen, kind: .link))
      case S_IFCHR where status.st_rdev == 0: found.append(WrittenFile(path: seen, kind: .removed))
      default: found.append(WrittenFile(path: seen, kind: .other))
      }
    }
  }
}

/// A file that a trial's plugins have written, as they see it.
struct WrittenFile: Sendable, Hashable {
  enum Kind: String, Sendable, Hashable {
    case file, directory, link
    /// A socket, a pipe or a device.
    case other
    /// It was the host's, and is not seen any more.
    case removed
  }

  let path: String
  let kind: Kind
}
