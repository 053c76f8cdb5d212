import CLinux
import Glibc
import SystemPackage

/// Files that grow by whole lines, with room kept behind their end for a last one.
///
/// A process killed in the middle, or a loss of power, may leave a part of a line: the reader takes what ends in a newline,
/// and ``cut(_:to:room:)`` takes the rest away before anything is added.
public enum LineFile {
  /// Makes the file (0600) with these lines; EEXIST when there is one. On any other failure there is no file.
  ///
  /// `room` bytes behind the end are allocated and stay empty (fallocate's FALLOC_FL_KEEP_SIZE): ENOSPC when the disk does
  /// not have them. Not synced.
  public static func create(_ path: String, with lines: [UInt8], room: Int) throws(KernelError) {
    let place = "write.\(DurableFile.split(DurableFile.split(path).directory).name)"
    try Failpoint.pass("\(place).before")
    let file = try OwnedDescriptor.open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode: 0o600)
    do throws(KernelError) {
      let raw = file.raw
      // The umask has a say in open only.
      try retrying("set the mode of", path) { fchmod(raw, 0o600) }
      try keep(lines.count + room, from: 0, of: raw, path)
      try write(lines, to: file, path, place)
    } catch {
      unlink(path)
      throw error
    }
    try Failpoint.pass("\(place).after")
  }

  /// Adds lines to a file whose last one is whole; with `durable` they survive a loss of power (fdatasync).
  ///
  /// `room` bytes behind the new end are kept before a byte is written, so that the lines never take the room; with 0 they
  /// may. On failure the file is as it was; where even that fails, the reader sees a part.
  public static func append(_ lines: [UInt8], to path: String, room: Int, durable: Bool) throws(KernelError) {
    let place = "write.\(DurableFile.split(DurableFile.split(path).directory).name)"
    try Failpoint.pass("\(place).before")
    let file = try OwnedDescriptor.open(path, O_WRONLY | O_APPEND | O_NOFOLLOW)
    let raw = file.raw
    let length = lseek(raw, 0, SEEK_END)
    guard length >= 0 else { throw KernelError.last("append to", path) }
    if room > 0 { try keep(lines.count + room, from: length, of: raw, path) }
    do throws(KernelError) {
      try write(lines, to: file, path, place)
      if durable { try retrying("sync", path) { fdatasync(raw) } }
    } catch {
      if ftruncate(raw, length) == 0 {
        // Cutting frees the room; it was there a moment ago, and its loss is told by whoever needs it next.
        try? keep(room, from: length, of: raw, path)
      }
      throw error
    }
    try Failpoint.pass("\(place).after")
  }

  /// Takes away what follows the first `length` bytes, and keeps `room` behind them where the disk has it: one that is full
  /// is no reason to leave the file as it is.
  public static func cut(_ path: String, to length: Int, room: Int) throws(KernelError) {
    let file = try OwnedDescriptor.open(path, O_WRONLY | O_NOFOLLOW)
    let raw = file.raw
    try retrying("cut", path) { ftruncate(raw, off_t(length)) }
    try? keep(room, from: off_t(length), of: raw, path)
  }

  private static func write(
    _ lines: [UInt8], to file: borrowing OwnedDescriptor, _ path: String, _ place: String
  ) throws(KernelError) {
    #if DEBUG
      // A release build writes at once; here the file can be left with half of it.
      let half = lines.count / 2
      try file.writeAll(Array(lines[..<half]), subject: path)
      try Failpoint.pass("\(place).middle")
      try file.writeAll(Array(lines[half...]), subject: path)
    #else
      try file.writeAll(lines, subject: path)
    #endif
  }

  private static func keep(_ count: Int, from start: off_t, of raw: CInt, _ path: String) throws(KernelError) {
    do throws(KernelError) {
      try retrying("keep room behind", path) { clinux_keep_room(raw, start, count) }
    } catch {
      // A file system without it has no room to promise.
      guard error.errno == .notSupported || error.errno == .noFunction else { throw error }
    }
  }
}
