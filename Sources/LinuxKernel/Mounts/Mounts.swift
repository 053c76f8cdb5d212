import CLinux
import Glibc
import SystemPackage

/// Mounts in the calling thread's mount namespace; all but the questions need CAP_SYS_ADMIN.
public enum Mounts {
  /// Mounts what is at `source` at `target` too (mount's MS_BIND); both exist.
  public static func bind(_ source: String, _ target: String, recursive: Bool = false) throws(KernelError) {
    try retrying("bind \(source) to", target) { clinux_mount_bind(source, target, recursive) }
  }

  /// Mounts an empty tmpfs of at most `size` bytes, with nosuid, nodev and noexec.
  public static func tmpfs(at path: String, size: UInt64, mode: UInt16) throws(KernelError) {
    let options = "size=\(size),mode=0\(String(mode, radix: 8))"
    try retrying("mount a tmpfs at", path) { clinux_mount_tmpfs(path, options, false) }
  }

  /// Lets mounts below this one appear in its peers and copies (MS_SHARED, recursively).
  public static func makeShared(_ path: String) throws(KernelError) {
    try retrying("make shared", path) { clinux_mount_make_shared(path) }
  }

  /// Keeps mounts below this one from appearing anywhere else (MS_PRIVATE, recursively).
  public static func makePrivate(_ path: String) throws(KernelError) {
    try retrying("make private", path) { clinux_mount_make_private(path) }
  }

  /// Takes the topmost mount off the path, in use or not (umount2's MNT_DETACH). Nothing mounted there is success.
  public static func detach(_ path: String) throws(KernelError) {
    _ = try detachOne(path)
  }

  /// False when nothing was mounted there.
  static func detachOne(_ path: String) throws(KernelError) -> Bool {
    do throws(KernelError) {
      try retrying("unmount", path) { clinux_mount_detach(path) }
      return true
    } catch {
      switch error.errno {
      case .invalidArgument, .noSuchFileOrDirectory: return false
      default: throw error
      }
    }
  }

  /// True when something is mounted exactly here (statx's STATX_ATTR_MOUNT_ROOT); a missing path is no mount point.
  public static func isMountPoint(_ path: String) throws(KernelError) -> Bool {
    do throws(KernelError) {
      return try retrying("examine", path) { clinux_mount_is_root(path) } == 1
    } catch {
      guard error.errno == .noSuchFileOrDirectory else { throw error }
      return false
    }
  }

  /// All the mounts of the calling thread's namespace, in the kernel's order.
  public static func entries() throws(KernelError) -> [MountEntry] {
    let bytes = try DurableFile.read("/proc/thread-self/mountinfo", limit: 256 << 20)
    return parse(String(decoding: bytes, as: UTF8.self))
  }

  static func parse(_ mountInfo: String) -> [MountEntry] {
    mountInfo.split(separator: "\n").compactMap(MountEntry.init(line:))
  }
}
