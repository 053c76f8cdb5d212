import Glibc

extension DurableFile {
  /// Writes a new file that nobody reads before this returns: no temporary file, no sync. EEXIST when there is one.
  ///
  /// On any other failure there is no file.
  public static func create(_ path: String, with content: [UInt8], mode: UInt16) throws(KernelError) {
    let file = try OwnedDescriptor.open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode: mode_t(mode))
    do throws(KernelError) {
      let raw = file.raw
      // The umask has a say in open only.
      try retrying("set the mode of", path) { fchmod(raw, mode_t(mode)) }
      try file.writeAll(content, subject: path)
    } catch {
      unlink(path)
      throw error
    }
  }
}
