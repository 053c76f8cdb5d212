import Glibc
import LinuxKernel

/// Counts the programs that are executed: what is opened in the directories of plugins and of PATH (inotify).
///
/// A script counts twice, since its interpreter opens it again, and its interpreter once.
final class ExecutionWatch {
  private let descriptor: OwnedDescriptor

  /// Watches from now on.
  init(_ subject: Subject) throws {
    let flags = CInt(IN_NONBLOCK) | CInt(IN_CLOEXEC)
    descriptor = OwnedDescriptor(try retrying("watch", "programs") { inotify_init1(flags) })
    let raw = descriptor.raw
    let places = subject.executables.compactMap(Self.directory) + subject.pluginDirectories
    let path = Trial.path.split(separator: ":").map(String.init)
    // Links make one directory of several; the kernel has one watch for each.
    // Equal events in a row the kernel tells as one: a program that is opened twice was closed between.
    let mask = UInt32(IN_OPEN) | UInt32(IN_CLOSE_NOWRITE)
    for place in places + path { inotify_add_watch(raw, place, mask) }
  }

  /// Drops what was counted.
  func forget() { _ = count() }

  /// How many programs were executed since it was asked last.
  func count() -> Int {
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    var count = 0
    while true {
      let length = read(descriptor.raw, &buffer, buffer.count)
      guard length > 0 else { return count }
      var offset = 0
      while offset + 16 <= length {
        let event = buffer.withUnsafeBytes { Self.event($0, offset) }
        if event.mask & UInt32(IN_OPEN) != 0, event.mask & UInt32(IN_ISDIR) == 0 { count += 1 }
        offset += 16 + event.nameLength
      }
    }
  }

  /// The number of the task that was started last in this PID namespace: processes and threads are counted through.
  static func lastTask() -> Int {
    guard let text = try? HostFile.read("/proc/loadavg", limit: 4096) else { return 0 }
    let last = String(decoding: text, as: UTF8.self).split(whereSeparator: \.isWhitespace).last
    return last.flatMap { Int($0) } ?? 0
  }

  /// struct inotify_event: watch, mask, cookie and length in four bytes each, then the name.
  private static func event(_ buffer: UnsafeRawBufferPointer, _ offset: Int) -> (mask: UInt32, nameLength: Int) {
    (
      buffer.loadUnaligned(fromByteOffset: offset + 4, as: UInt32.self),
      Int(buffer.loadUnaligned(fromByteOffset: offset + 12, as: UInt32.self))
    )
  }

  private static func directory(of executable: String) -> String? {
    let target = HostFile.linkTarget(executable) ?? executable
    return target.lastIndex(of: "/").map { String(target[..<$0]) }
  }
}
