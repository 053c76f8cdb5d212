import Glibc
import SystemPackage

extension KernelError {
  /// The C library's errno as an error: to be called right after the failed call, on the same thread.
  static func last(_ operation: String, _ subject: String, remedy: String? = nil) -> KernelError {
    KernelError(errno: Errno(rawValue: Glibc.errno), operation: operation, subject: subject, remedy: remedy)
  }
}

/// Makes a system call again while a signal interrupts it; the one place where errno is read.
@discardableResult
package func retrying<Result: SignedInteger>(
  _ operation: @autoclosure () -> String, _ subject: @autoclosure () -> String, _ call: () -> Result
) throws(KernelError) -> Result {
  while true {
    let result = call()
    if result != -1 { return result }
    let code = Errno(rawValue: Glibc.errno)
    if code != .interrupted { throw KernelError(errno: code, operation: operation(), subject: subject()) }
  }
}
