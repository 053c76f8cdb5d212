import Glibc

extension Directories {
  /// Removes the directory with all that is in it; an absent one is success. Symbolic links are removed, not followed.
  ///
  /// A mount point inside is EBUSY, and stays.
  public static func remove(_ path: String) throws(KernelError) {
    // Most often it holds nothing any more but files, and there is nothing to descend into.
    guard rmdir(path) != 0, errno != ENOENT else { return }
    for entry in try entries(path) {
      let child = path + "/" + entry.name
      if entry.isDirectory {
        try remove(child)
      } else {
        try DurableFile.remove(child, durable: false)
      }
    }
    try retrying("remove directory", path) { rmdir(path) }
  }
}
