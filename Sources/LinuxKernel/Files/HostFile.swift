import CLinux
import Glibc
import SystemPackage

/// Questions about what a path leads to; symbolic links are followed.
package enum HostFile {
  /// A regular file's bytes; nil when there is none. Never waits, whatever the path leads to.
  ///
  /// EFBIG for more than `limit` bytes, EINVAL for what is no regular file.
  package static func read(_ path: String, limit: Int) throws(KernelError) -> [UInt8]? {
    let file: OwnedDescriptor
    do throws(KernelError) {
      // A FIFO, a device or a file under a lease must not hold up the caller.
      file = try OwnedDescriptor.open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY)
    } catch {
      guard error.errno == .noSuchFileOrDirectory else { throw error }
      return nil
    }
    var information = stat()
    let raw = file.raw
    try retrying("examine", path) { fstat(raw, &information) }
    guard information.st_mode & S_IFMT == S_IFREG else {
      throw KernelError(errno: .invalidArgument, operation: "read", subject: path, remedy: "it is not a regular file")
    }
    return try file.readAll(limit: limit, subject: path)
  }

  /// Whether a path leads to a directory.
  package static func isDirectory(_ path: String) -> Bool {
    var information = stat()
    return stat(path, &information) == 0 && information.st_mode & S_IFMT == S_IFDIR
  }

  /// Where a symbolic link leads in the end; nil when the path is none, or leads nowhere.
  package static func linkTarget(_ path: String) -> String? {
    var information = stat()
    guard lstat(path, &information) == 0, information.st_mode & S_IFMT == S_IFLNK,
      let target = realpath(path, nil)
    else { return nil }
    defer { free(target) }
    return String(cString: target)
  }

  /// Whether an entry of an overlay's upper layer has come from a lower one.
  package static func isCopiedUp(_ path: String) -> Bool {
    clinux_has_attribute(path, "trusted.overlay.origin") || clinux_has_attribute(path, "user.overlay.origin")
  }
}
