import CLinux
import Glibc
import SystemPackage

/// A file descriptor with exactly one owner, closed when the owner ends.
///
/// Closing a number that is not open, which means that somebody else closed it, traps: the next time it would be another
/// part's file.
public struct OwnedDescriptor: ~Copyable, Sendable {
  /// The number, valid as long as the owner lives.
  public let raw: CInt

  /// Takes over an open descriptor.
  public init(_ raw: CInt) {
    precondition(raw >= 0, "not a descriptor: \(raw)")
    self.raw = raw
  }

  deinit {
    let failed = Glibc.close(raw) != 0
    precondition(!failed || Glibc.errno != EBADF, "descriptor \(raw) was closed by somebody else")
  }

  /// Closes the descriptor and reports what the kernel could not write; it is closed all the same.
  public consuming func close() throws(KernelError) {
    let raw = raw
    discard self
    guard Glibc.close(raw) != 0 else { return }
    let code = Errno(rawValue: Glibc.errno)
    precondition(code != .badFileDescriptor, "descriptor \(raw) was closed by somebody else")
    // Linux releases the number before anything that a signal could interrupt.
    if code != .interrupted { throw KernelError(errno: code, operation: "close", subject: "descriptor \(raw)") }
  }

  /// Gives up the ownership: the caller closes the number.
  public consuming func release() -> CInt {
    let raw = raw
    discard self
    return raw
  }

  /// Another descriptor of the same open file, closed on execution (fcntl's F_DUPFD_CLOEXEC).
  public borrowing func duplicate() throws(KernelError) -> OwnedDescriptor {
    try duplicate(atLeast: 0)
  }

  /// A copy numbered `lowest` or above.
  borrowing func duplicate(atLeast lowest: CInt) throws(KernelError) -> OwnedDescriptor {
    let raw = raw
    return OwnedDescriptor(try retrying("duplicate", "descriptor \(raw)") { clinux_duplicate(raw, lowest) })
  }
}
