import Glibc
public import SystemPackage

/// A system call, or a step made of several, that failed.
public struct KernelError: Error, Sendable, Hashable {
  /// The kernel's reason.
  public let errno: Errno
  /// What was tried: a system call's name or a few words.
  public let operation: String
  /// What it was tried on: a path, a process, a name.
  public let subject: String
  /// What a person can do about it, where there is something.
  public let remedy: String?

  /// Creates an error; `errno` is the C library's errno right after the failed call.
  public init(errno: Errno, operation: String, subject: String, remedy: String? = nil) {
    self.errno = errno
    self.operation = operation
    self.subject = subject
    self.remedy = remedy
  }

  /// The same error with a remedy.
  func advising(_ remedy: String?) -> KernelError {
    KernelError(errno: errno, operation: operation, subject: subject, remedy: remedy ?? self.remedy)
  }
}

extension KernelError: CustomStringConvertible {
  /// What was tried, on what, why it failed and what to do.
  public var description: String {
    let failure = "\(operation) \(subject): \(errno)"
    guard let remedy else { return failure }
    return "\(failure) (\(remedy))"
  }
}
