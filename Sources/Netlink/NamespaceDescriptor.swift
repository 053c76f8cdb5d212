import SystemPackage

/// A network namespace held open while a request names it.
final class NamespaceDescriptor {
  private let descriptor: FileDescriptor

  var rawValue: Int32 { descriptor.rawValue }

  init(_ path: String) throws(NetlinkError) {
    do {
      descriptor = try FileDescriptor.open(FilePath(path), .readOnly, options: .closeOnExec)
    } catch {
      let errno = (error as? Errno) ?? .ioError
      throw NetlinkError(errno: errno, operation: "open network namespace", subject: path)
    }
  }

  deinit {
    // Nothing was written through it, and a failed close still frees the descriptor.
    try? descriptor.close()
  }
}
