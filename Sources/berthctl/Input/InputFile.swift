#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Reads small files whole.
enum InputFile {
  /// The daemon takes no larger request.
  static let maximumSize = 1 << 20

  /// Reads a file.
  static func read(path: String) throws(CommandFailure.Reason) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw .init("cannot open \(path): \(String(cString: strerror(errno)))")
    }
    defer { close(descriptor) }
    return try read(descriptor: descriptor, name: path)
  }

  /// Whether there is something at a path.
  static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

  /// Reads a descriptor to its end.
  static func read(descriptor: CInt, name: String) throws(CommandFailure.Reason) -> [UInt8] {
    var content: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      let count = Glibc.read(descriptor, &buffer, buffer.count)
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { throw .init("cannot read \(name): \(String(cString: strerror(errno)))") }
      if count == 0 { return content }
      content += buffer.prefix(count)
      guard content.count <= maximumSize else { throw .init("\(name) is larger than \(maximumSize >> 20) MiB") }
    }
  }
}
