import CLinux
import Glibc
import SystemPackage

extension OwnedDescriptor {
  /// open(2), closed on execution.
  static func open(_ path: String, _ flags: CInt, mode: mode_t = 0) throws(KernelError) -> OwnedDescriptor {
    OwnedDescriptor(try retrying("open", path) { Glibc.open(path, flags | O_CLOEXEC, mode) })
  }

  /// openat(2), closed on execution; `subject` names the file in an error.
  static func open(
    _ name: String, at directory: borrowing OwnedDescriptor, _ flags: CInt, mode: mode_t = 0, subject: String
  ) throws(KernelError) -> OwnedDescriptor {
    let directory = directory.raw
    return OwnedDescriptor(try retrying("open", subject) { Glibc.openat(directory, name, flags | O_CLOEXEC, mode) })
  }
}

extension OwnedDescriptor {
  /// Everything up to the end of the file, at most `limit` bytes: a longer file is EFBIG.
  package borrowing func readAll(limit: Int, subject: String) throws(KernelError) -> [UInt8] {
    var content: [UInt8] = []
    let raw = raw
    while true {
      let room = min(limit - content.count + 1, max(4096, content.count))
      var failure: KernelError?
      let part = [UInt8](unsafeUninitializedCapacity: room) { buffer, count in
        do throws(KernelError) {
          count = try retrying("read", subject) { Glibc.read(raw, buffer.baseAddress, room) }
        } catch {
          failure = error
        }
      }
      if let failure { throw failure }
      if part.isEmpty { return content }
      content += part
      if content.count > limit {
        throw KernelError(
          errno: .fileTooLarge, operation: "read", subject: subject, remedy: "at most \(limit) bytes are read")
      }
    }
  }

  /// Writes all the bytes.
  borrowing func writeAll(_ content: [UInt8], subject: String) throws(KernelError) {
    let raw = raw
    var written = 0
    while written < content.count {
      written += try retrying("write", subject) {
        content.withUnsafeBytes { Glibc.write(raw, $0.baseAddress?.advanced(by: written), $0.count - written) }
      }
    }
  }
}
