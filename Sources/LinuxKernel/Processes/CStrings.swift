import Glibc
import SystemPackage

/// A NULL-terminated array of C strings that lives as long as this value.
struct CStrings: ~Copyable, Sendable {
  // Never changed once it is made.
  nonisolated(unsafe) let pointers: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
  private let count: Int

  /// A NUL in a string is EINVAL: the kernel would see a shorter one.
  init(_ strings: [String], subject: String) throws(KernelError) {
    for string in strings { try Self.check(string, subject: subject) }
    count = strings.count
    pointers = .allocate(capacity: count + 1)
    for (index, string) in strings.enumerated() { pointers[index] = strdup(string) }
    pointers[count] = nil
  }

  deinit {
    for index in 0..<count { free(pointers[index]) }
    pointers.deallocate()
  }

  static func check(_ string: String, subject: String) throws(KernelError) {
    guard string.utf8.contains(0) else { return }
    throw KernelError(
      errno: .invalidArgument, operation: "start", subject: subject, remedy: "a string holds a NUL byte")
  }
}
