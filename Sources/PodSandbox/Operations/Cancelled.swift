import CNI
import LinuxKernel
import SystemPackage

/// The operation was asked to end early.
struct Cancelled: Error, CustomStringConvertible {
  var description: String { "cancelled" }

  /// Whether an error says that whoever waited was asked to end early: between two steps, in a plugin or in the kernel.
  static func isCause(_ error: any Error) -> Bool {
    switch error {
    case is Cancelled: true
    case let error as CNIError: error.kind == .cancelled
    case let error as KernelError: error.errno == .canceled
    default: false
    }
  }
}
