import CLinux
import Glibc
import SystemPackage

/// A name in a directory.
package struct DirectoryEntry: Sendable {
  /// The name alone.
  package let name: String
  /// Whether it is a directory; a symbolic link to one is none.
  package let isDirectory: Bool
}

/// Directories, above all those that hold what other users must not reach.
public enum Directories {
  /// Makes sure that the directory exists with this mode, and with this group if one is given; missing parents get 0755.
  ///
  /// The path is absolute and canonical: a symbolic link anywhere in it is ELOOP (openat2's RESOLVE_NO_SYMLINKS). A
  /// directory that exists gets the mode and the group too, unless `adjustsExisting` is false. Idempotent.
  public static func create(
    _ path: String, mode: UInt16, group: UInt32? = nil, adjustsExisting: Bool = true
  ) throws(KernelError) {
    guard path.hasPrefix("/") else {
      throw KernelError(
        errno: .invalidArgument, operation: "create directory", subject: path, remedy: "give an absolute path")
    }
    let names = path.split(separator: "/").map(String.init)
    var directory = try OwnedDescriptor.open("/", O_RDONLY | O_DIRECTORY)
    var walked = ""
    for (index, name) in names.enumerated() {
      walked += "/" + name
      let isLast = index == names.count - 1
      let (raw, existed) = try step(into: name, of: directory.raw, path: walked, isLast: isLast)
      directory = OwnedDescriptor(raw)
      guard !existed || (isLast && adjustsExisting) else { continue }
      try adjust(raw, walked, mode: isLast ? mode : 0o755, group: isLast ? group : nil)
    }
  }

  /// The path without symbolic links, `.` and `..` (realpath); components that do not exist yet stay as they are.
  public static func canonical(_ path: String) throws(KernelError) -> String {
    var existing = path
    var missing: [String] = []
    while true {
      if let resolved = realpath(existing, nil) {
        defer { free(resolved) }
        let base = String(cString: resolved)
        return missing.isEmpty ? base : (base == "/" ? "" : base) + "/" + missing.reversed().joined(separator: "/")
      }
      let error = KernelError.last("resolve", path)
      let (parent, name) = DurableFile.split(trimmed(existing))
      guard error.errno == .noSuchFileOrDirectory, existing != parent, name != ".." else { throw error }
      if name != "." && !name.isEmpty { missing.append(name) }
      existing = parent
    }
  }

  private static func step(
    into name: String, of parent: CInt, path: String, isLast: Bool
  ) throws(KernelError) -> (raw: CInt, existed: Bool) {
    let how = isLast ? CLINUX_OPEN_DIRECTORY : CLINUX_OPEN_PATH
    do throws(KernelError) {
      return (try retrying("open directory", path) { clinux_open_without_links(parent, name, how, false) }, true)
    } catch {
      guard error.errno == .noSuchFileOrDirectory else { throw describe(error) }
    }
    var existed = false
    do throws(KernelError) {
      try retrying("create directory", path) { mkdirat(parent, name, 0o700) }
    } catch {
      // Somebody was faster.
      guard error.errno == .fileExists else { throw error }
      existed = true
    }
    let raw = try retrying("open directory", path) {
      clinux_open_without_links(parent, name, CLINUX_OPEN_DIRECTORY, false)
    }
    return (raw, existed)
  }

  private static func adjust(_ raw: CInt, _ path: String, mode: UInt16, group: UInt32?) throws(KernelError) {
    var information = stat()
    try retrying("examine", path) { fstat(raw, &information) }
    if let group, information.st_gid != group {
      try retrying("set the group of", path) { fchown(raw, uid_t.max, group) }
    }
    guard information.st_mode & 0o7777 != mode_t(mode) else { return }
    try retrying("set the mode of", path) { fchmod(raw, mode_t(mode)) }
  }

  private static func describe(_ error: KernelError) -> KernelError {
    switch error.errno {
    case .tooManySymbolicLinkLevels: error.advising("a symbolic link is not followed here: give the path it leads to")
    case .notDirectory: error.advising("something that is not a directory is in the way")
    default: error
    }
  }

  private static func trimmed(_ path: String) -> String {
    var path = path[...]
    while path.count > 1, path.hasSuffix("/") { path.removeLast() }
    return String(path)
  }
}
