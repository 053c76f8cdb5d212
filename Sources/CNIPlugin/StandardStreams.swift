import CNI
import Glibc
import LinuxKernel

/// A program's three descriptors.
enum StandardStreams {
  /// The most bytes of configuration that are read.
  static let maximumInput = 16 << 20

  /// All that a descriptor gives until its end. Errors (code 5): it cannot be read, or there is more than `limit`.
  static func read(_ descriptor: CInt, limit: Int = maximumInput) throws(PluginError) -> [UInt8] {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      let count = Glibc.read(descriptor, &buffer, buffer.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else {
        throw PluginError(
          "cannot read the configuration from standard input: \(String(cString: strerror(errno)))",
          code: CNIError.Code.ioFailure)
      }
      guard count > 0 else { return bytes }
      bytes += buffer[..<count]
      guard bytes.count <= limit else {
        throw PluginError(
          "cannot read the configuration from standard input: more than \(limit) bytes", code: CNIError.Code.ioFailure)
      }
    }
  }

  /// What a descriptor gives until its end, as far as somebody is about to give something: for what can do without. Nothing from
  /// a terminal, nor where nothing comes.
  static func readAtHand(_ descriptor: CInt) -> [UInt8] {
    guard isatty(descriptor) == 0 else { return [] }
    let deadline = SuspendingClock.now + .seconds(1)
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    while bytes.count <= maximumInput, Poll.isReadable(descriptor, until: deadline) {
      let count = Glibc.read(descriptor, &buffer, buffer.count)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { break }
      bytes += buffer[..<count]
    }
    return bytes
  }

  /// Writes to standard output; false where not all of it could be written, which standard error is told then.
  static func print(_ bytes: [UInt8]) -> Bool {
    guard let code = write(bytes[...], to: STDOUT_FILENO) else { return true }
    write("cannot write the answer to standard output: \(String(cString: strerror(code)))\n")
    return false
  }

  /// Writes to standard error.
  static func write(_ text: String) {
    // Nobody can be told that nobody reads.
    _ = write(Array(text.utf8)[...], to: STDERR_FILENO)
  }

  /// The error number that ended it; nil when all was written.
  private static func write(_ bytes: ArraySlice<UInt8>, to descriptor: CInt) -> CInt? {
    var rest = bytes
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return count < 0 ? errno : EIO }
      rest = rest.dropFirst(count)
    }
    return nil
  }
}
