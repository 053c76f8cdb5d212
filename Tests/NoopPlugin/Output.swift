import JSON
import CNI
import Glibc

/// Writing, whole and unbuffered.
enum Output {
  /// Writes all the bytes, or as many as can be written.
  static func write(_ bytes: [UInt8], to descriptor: CInt) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { return }
      rest = rest.dropFirst(count)
    }
  }

  /// Writes `x` so many times; ends early only with the reader.
  static func fill(_ count: Int, to descriptor: CInt) {
    let block = [UInt8](repeating: UInt8(ascii: "x"), count: 64 << 10)
    var rest = count
    while rest > 0 {
      write(rest >= block.count ? block : Array(block[..<rest]), to: descriptor)
      rest -= min(rest, block.count)
    }
  }

  /// Ends the plugin with an error document.
  static func finish(_ error: PluginError, version: String) -> Never {
    write(error.json(version: version).serialized() + [UInt8(ascii: "\n")], to: STDOUT_FILENO)
    exit(1)
  }
}
