import CLinux
import Glibc
import SystemPackage

extension Directories {
  /// Removes the directory with all that is in it; an absent one is success. Symbolic links are removed, not followed, not
  /// even one that takes a directory's place meanwhile.
  ///
  /// A mount point inside is EBUSY, and stays with all that is in it.
  public static func remove(_ path: String) throws(KernelError) {
    // Most often it holds nothing any more but files, and there is nothing to descend into.
    guard rmdir(path) != 0, errno != ENOENT else { return }
    let (directory, name) = DurableFile.split(path)
    let parent = try OwnedDescriptor.open(directory, O_RDONLY | O_DIRECTORY)
    try remove(name, in: parent.raw, path)
  }

  private static func remove(_ name: String, in parent: CInt, _ path: String) throws(KernelError) {
    do throws(KernelError) {
      try retrying("remove", path) { unlinkat(parent, name, 0) }
      return
    } catch {
      switch error.errno {
      case .noSuchFileOrDirectory: return
      // What unlink says of a directory.
      case .isDirectory, .notPermitted: break
      default: throw error
      }
    }
    let directory: OwnedDescriptor
    do throws(KernelError) {
      directory = OwnedDescriptor(try retrying("open directory", path) { clinux_open_subdirectory(parent, name) })
    } catch {
      guard error.errno == .improperLink else { throw error }
      throw KernelError(errno: .resourceBusy, operation: "remove", subject: path, remedy: "something is mounted there")
    }
    for entry in try entries(of: directory, path) { try remove(entry.name, in: directory.raw, path + "/" + entry.name) }
    try retrying("remove directory", path) { unlinkat(parent, name, AT_REMOVEDIR) }
  }
}
