import CLinux
import Glibc
import SystemPackage

extension PauseSpawner {
  /// What every start uses and none changes.
  final class Resources: Sendable {
    let path: String
    let binary: OwnedDescriptor
    let null: OwnedDescriptor
    let proc: OwnedDescriptor

    init(pauseBinary path: String) throws(KernelError) {
      // Numbers that the child's rearrangement of 0 to 3 does not touch.
      let binary = try Self.open(path).duplicate(atLeast: 10)
      let null = try OwnedDescriptor.open("/dev/null", O_RDWR)
      let proc = try OwnedDescriptor.open("/proc", O_RDONLY | O_DIRECTORY)
      self.path = path
      self.binary = binary
      self.null = null
      self.proc = proc
    }

    /// Opens the binary and checks what would otherwise fail at every start.
    private static func open(_ path: String) throws(KernelError) -> OwnedDescriptor {
      let binary: OwnedDescriptor
      do throws(KernelError) {
        binary = try OwnedDescriptor.open(path, O_RDONLY | O_NONBLOCK)
      } catch {
        throw error.advising("the pause binary is missing or cannot be read: install berth-pause there")
      }
      var information = stat()
      let raw = binary.raw
      try retrying("examine", path) { fstat(raw, &information) }
      guard information.st_mode & S_IFMT == S_IFREG else { throw unusable(path, "it is not a regular file") }
      guard information.st_mode & S_IXOTH != 0 else {
        throw unusable(path, "pause runs as another user, who must be able to execute it: chmod o+x \(path)")
      }
      guard !clinux_mounted_noexec(raw) else { throw unusable(path, "its filesystem is mounted noexec") }
      return binary
    }

    private static func unusable(_ path: String, _ remedy: String) -> KernelError {
      KernelError(errno: .permissionDenied, operation: "use as pause", subject: path, remedy: remedy)
    }
  }
}
