import SystemPackage

/// What tells a process from every other one of this boot: its number alone is used again.
public struct ProcessIdentity: Hashable, Codable, Sendable {
  /// The number in the reader's PID namespace.
  public let pid: Int32
  /// Clock ticks since boot: field 22 of `/proc/<pid>/stat`.
  public let startTime: UInt64

  /// Creates an identity from recorded values.
  public init(pid: Int32, startTime: UInt64) {
    self.pid = pid
    self.startTime = startTime
  }

  /// Reads the identity of the process that has this number now; ESRCH when there is none.
  public init(of pid: Int32) throws(KernelError) {
    let bytes: [UInt8]
    do throws(KernelError) {
      bytes = try DurableFile.read("/proc/\(pid)/stat", limit: 64 << 10)
    } catch {
      let code = error.errno == .noSuchFileOrDirectory ? Errno.noSuchProcess : error.errno
      throw KernelError(errno: code, operation: "identify process", subject: "\(pid)")
    }
    guard let startTime = Self.startTime(inStat: bytes) else {
      throw KernelError(
        errno: .badMessage, operation: "identify process", subject: "\(pid)", remedy: "is /proc mounted?")
    }
    self.init(pid: pid, startTime: startTime)
  }

  /// Field 22. Field 2, the name, may hold anything, parentheses and spaces included: what follows its last ")" counts.
  static func startTime(inStat bytes: [UInt8]) -> UInt64? {
    guard let parenthesis = bytes.lastIndex(of: UInt8(ascii: ")")) else { return nil }
    let fields = bytes[(parenthesis + 1)...].split(separator: UInt8(ascii: " "))
    guard fields.count > 19 else { return nil }
    return UInt64(String(decoding: fields[19], as: UTF8.self))
  }
}
