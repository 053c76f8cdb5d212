import CLinux
import Glibc
import SystemPackage

extension Cgroup {
  /// Removes the groups above this one, from below, that were made here and that nothing is in any more; what others made
  /// stays, and so does what is in use. Does not wait; idempotent.
  ///
  /// Whether a group was made here is written on the group itself (an extended attribute), whatever process made it.
  public func removeVacantParents() {
    for hierarchy in hierarchies {
      var names = path.split(separator: "/").dropLast()
      while !names.isEmpty {
        let directory = hierarchy.mountPoint + "/" + names.joined(separator: "/")
        guard Self.isMarked(directory), rmdir(directory) == 0 else { break }
        names.removeLast()
      }
    }
  }

  private static let attribute = "trusted.berth.made"

  /// A group without the mark, as where the kernel takes none, is left behind: better than to take another's away.
  static func mark(_ directory: String) { _ = clinux_set_attribute(directory, attribute, "1") }

  private static func isMarked(_ directory: String) -> Bool { clinux_has_attribute(directory, attribute) }
}
