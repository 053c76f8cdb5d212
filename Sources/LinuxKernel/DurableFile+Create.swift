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

  /// Renames a file within its directory; with `durable` the new name survives a loss of power.
  public static func move(_ path: String, to new: String, durable: Bool) throws(KernelError) {
    let (directory, _) = split(new)
    let place = "write.\(split(directory).name)"
    try Failpoint.pass("\(place).before")
    try retrying("rename", path) { rename(path, new) }
    try Failpoint.pass("\(place).middle")
    if durable { try syncDirectory(directory) }
    try Failpoint.pass("\(place).after")
  }
}
