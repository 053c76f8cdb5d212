import Glibc
import LinuxKernel
import SystemPackage

extension KernelError {
  /// What errno says, right after the failed call.
  static func failed(_ operation: String, _ subject: String) -> KernelError {
    KernelError(errno: Errno(rawValue: Glibc.errno), operation: operation, subject: subject)
  }
}
