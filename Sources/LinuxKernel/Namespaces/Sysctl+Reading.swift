import Glibc
import SystemPackage

extension Sysctl {
  /// Reads one parameter in the calling thread's namespaces, without the line's end. Its name and its errors are those of
  /// ``write(_:_:)``; EACCES is one that can only be written.
  public static func read(_ name: String) throws(KernelError) -> String {
    guard let path = path(of: name) else {
      throw KernelError(
        errno: .invalidArgument, operation: "read sysctl", subject: name, remedy: "not a parameter's name")
    }
    let bytes: [UInt8]
    do throws(KernelError) {
      bytes = try DurableFile.read("/proc/sys/" + path, limit: 1 << 16)
    } catch {
      throw advised(error, name)
    }
    let line = bytes.last == UInt8(ascii: "\n") ? bytes.dropLast() : bytes[...]
    return String(decoding: line, as: UTF8.self)
  }
}
