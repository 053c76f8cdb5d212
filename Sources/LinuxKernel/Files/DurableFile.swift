import CLinux
import Glibc
import Synchronization
import SystemPackage

/// Files that are replaced as a whole: a reader sees the old content or the new, never a part.
public enum DurableFile {
  static let counter = Atomic<Int>(0)

  /// Writes a temporary file, in the same directory or in another of the same file system, and renames it into place.
  ///
  /// `durable` also syncs the file before the rename and its directory afterwards: the new content then survives a loss of
  /// power. On any failure the old file is as it was and the temporary one is gone. A process killed in the middle leaves
  /// its temporary file: see ``removeTemporaryFiles(in:)``.
  public static func replace(
    _ path: String, with content: [UInt8], mode: UInt16 = 0o600, durable: Bool, temporaryDirectory: String? = nil
  ) throws(KernelError) {
    let (directory, _) = split(path)
    let place = "write.\(split(directory).name)"
    try Failpoint.pass("\(place).before")
    var temporary = ""
    let file = try createTemporary(in: temporaryDirectory ?? directory, mode: mode, path: &temporary)
    do throws(KernelError) {
      let raw = file.raw
      // The umask has a say in open only.
      try retrying("set the mode of", temporary) { fchmod(raw, mode_t(mode)) }
      try file.writeAll(content, subject: path)
      if durable { try retrying("sync", path) { fsync(raw) } }
      try Failpoint.pass("\(place).middle")
      try file.close()
      try retrying("replace", path) { rename(temporary, path) }
    } catch {
      unlink(temporary)
      throw error
    }
    if durable { try syncDirectory(directory) }
    try Failpoint.pass("\(place).after")
  }

  /// Syncs the file, then its directory: what was written without `durable` survives a loss of power from now on.
  public static func sync(_ path: String) throws(KernelError) {
    try syncContent(path)
    try syncDirectory(split(path).directory)
    try passSynced(path)
  }

  /// The first half of ``sync(_:)``.
  static func syncContent(_ path: String) throws(KernelError) {
    try Failpoint.pass("\(syncPlace(path)).before")
    let file = try OwnedDescriptor.open(path, O_RDONLY | O_NONBLOCK)
    let raw = file.raw
    try retrying("sync", path) { fsync(raw) }
  }

  /// The failpoint behind ``sync(_:)``.
  static func passSynced(_ path: String) throws(KernelError) { try Failpoint.pass("\(syncPlace(path)).after") }

  private static func syncPlace(_ path: String) -> String { "sync.\(split(split(path).directory).name)" }

  /// Removes the file; one that is not there, or whose directory is none, is success. `durable` syncs the directory.
  public static func remove(_ path: String, durable: Bool) throws(KernelError) {
    do throws(KernelError) {
      try retrying("remove", path) { unlink(path) }
    } catch {
      // A read-only file system says so before it looks whether there is anything to remove.
      let isAbsent = error.errno == .readOnlyFileSystem && access(path, F_OK) != 0 && errno == ENOENT
      guard isAbsent || error.errno == .noSuchFileOrDirectory || error.errno == .notDirectory else { throw error }
      return
    }
    if durable { try syncDirectory(split(path).directory) }
  }

  /// Removes the file; one that is not there is success. The file system frees its blocks, which a disk takes its time for,
  /// when the last descriptor is closed: this returns one, to be let go of when nobody waits any more.
  public static func removeFreeingLater(_ path: String) throws(KernelError) -> SharedDescriptor? {
    // What cannot be opened is removed all the same.
    let raw = Glibc.open(path, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC)
    if raw < 0, Glibc.errno == ENOENT { return nil }
    let file = raw < 0 ? nil : SharedDescriptor(OwnedDescriptor(raw))
    try remove(path, durable: false)
    return file
  }

  /// The whole content of a file of at most `limit` bytes; a longer one is EFBIG.
  public static func read(_ path: String, limit: Int) throws(KernelError) -> [UInt8] {
    // A FIFO in the place of a file must not hold up the caller.
    let file = try OwnedDescriptor.open(path, O_RDONLY | O_NONBLOCK)
    return try file.readAll(limit: limit, subject: path)
  }

  static func syncDirectory(_ directory: String) throws(KernelError) {
    let descriptor = try OwnedDescriptor.open(directory, O_RDONLY | O_DIRECTORY)
    let raw = descriptor.raw
    try retrying("sync", directory) { fsync(raw) }
  }

  /// A path's directory and the name in it.
  package static func split(_ path: String) -> (directory: String, name: String) {
    guard let slash = path.lastIndex(of: "/") else { return (".", path) }
    let directory = slash == path.startIndex ? "/" : String(path[..<slash])
    return (directory, String(path[path.index(after: slash)...]))
  }
}

extension DurableFile {
  private static let temporaryPrefix = ".berth-"
  private static let temporarySuffix = ".tmp"

  /// A file that nobody else has. A process with this number, in an earlier life or in another PID namespace, may have left
  /// one under the first name.
  private static func createTemporary(
    in directory: String, mode: UInt16, path: inout String
  ) throws(KernelError) -> OwnedDescriptor {
    while true {
      let number = counter.add(1, ordering: .relaxed).newValue
      path = "\(directory)/\(temporaryPrefix)\(getpid())-\(number)\(temporarySuffix)"
      do throws(KernelError) {
        return try OwnedDescriptor.open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode: mode_t(mode))
      } catch {
        guard error.errno == .fileExists else { throw error }
      }
    }
  }

  /// Removes what killed processes left in the directory: temporary files whose process is gone, or has this one's number.
  /// To be called before this process writes there. A missing directory is success.
  public static func removeTemporaryFiles(in directory: String) throws(KernelError) {
    let names: [DirectoryEntry]
    do throws(KernelError) {
      names = try Directories.entries(directory)
    } catch {
      guard error.errno == .noSuchFileOrDirectory else { throw error }
      return
    }
    for name in names.map(\.name) where name.hasPrefix(temporaryPrefix) && name.hasSuffix(temporarySuffix) {
      let pid = name.dropFirst(temporaryPrefix.count).prefix { $0 != "-" }
      guard let pid = Int32(pid), pid == getpid() || kill(pid, 0) != 0 && errno == ESRCH else { continue }
      try remove("\(directory)/\(name)", durable: false)
    }
  }
}
