import CLinux

extension Mounts {
  /// What a new mount does not allow.
  package struct Restrictions: OptionSet, Sendable {
    package let rawValue: UInt32
    package init(rawValue: UInt32) { self.rawValue = rawValue }

    package static let readOnly = Restrictions(rawValue: 1)
    package static let noSetuid = Restrictions(rawValue: 2)
    package static let noDevices = Restrictions(rawValue: 4)
    package static let noExecution = Restrictions(rawValue: 8)
  }

  /// Mounts a new filesystem.
  package static func new(
    _ type: String, at path: String, source: String? = nil, _ restrictions: Restrictions = [], options: String = ""
  ) throws(KernelError) {
    try retrying("mount \(type) at", path) {
      clinux_mount_new(source ?? type, path, type, restrictions.rawValue, options)
    }
  }

  /// Makes the mount at the path, not its filesystem, read-only or writable; `recursive` takes those below it along.
  package static func setReadOnly(
    _ path: String, _ isReadOnly: Bool = true, recursive: Bool = false
  ) throws(KernelError) {
    try retrying(isReadOnly ? "make read-only" : "make writable", path) {
      clinux_mount_set_read_only(path, isReadOnly, recursive)
    }
  }

  /// Makes the mount at the path this process's root, with nothing left of the old one in its mount namespace.
  package static func becomeRoot(_ path: String) throws(KernelError) {
    var step: UnsafePointer<CChar>?
    do throws(KernelError) {
      try retrying("make the root of the mount namespace", path) { clinux_mount_become_root(path, &step) }
    } catch {
      throw error.advising(step.map { "at \(String(cString: $0))" } ?? "")
    }
  }
}
