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

  /// Adds to the end of a file that is there and syncs it: what was added survives a loss of power.
  ///
  /// On failure the file is as it was. A process killed in the middle, or a loss of power, may leave a part of what was to be
  /// added: end it with something that tells the reader that it is whole.
  public static func append(_ content: [UInt8], to path: String) throws(KernelError) {
    let place = "write.\(split(split(path).directory).name)"
    try Failpoint.pass("\(place).before")
    let file = try OwnedDescriptor.open(path, O_WRONLY | O_APPEND | O_NOFOLLOW)
    let raw = file.raw
    let length = lseek(raw, 0, SEEK_END)
    guard length >= 0 else { throw KernelError.last("append to", path) }
    do throws(KernelError) {
      #if DEBUG
        // A release build writes at once; here the file can be left with half of it.
        let half = content.count / 2
        try file.writeAll(Array(content[..<half]), subject: path)
        try Failpoint.pass("\(place).middle")
        try file.writeAll(Array(content[half...]), subject: path)
      #else
        try file.writeAll(content, subject: path)
      #endif
      try retrying("sync", path) { fdatasync(raw) }
    } catch {
      // Where even this fails, the reader sees a part.
      ftruncate(raw, length)
      throw error
    }
    try Failpoint.pass("\(place).after")
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
