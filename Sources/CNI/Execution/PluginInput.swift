import Glibc
import LinuxKernel

/// What is still to be written to a plugin's standard input.
struct PluginInput: ~Copyable {
  private var end: OwnedDescriptor?
  private let bytes: [UInt8]
  private var written = 0

  init(_ end: consuming OwnedDescriptor, _ bytes: [UInt8]) {
    descriptor = end.raw
    self.end = consume end
    self.bytes = bytes
  }

  /// The descriptor while there is something to write.
  private(set) var descriptor: CInt?

  /// Writes what fits, and closes after the last byte. A plugin that does not read its configuration to the end may do so.
  mutating func write() {
    guard let descriptor else { return }
    let count = bytes[written...].withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
    if count >= 0 {
      written += count
    } else if errno == EAGAIN || errno == EINTR {
      return
    }
    if count < 0 || written == bytes.count { close() }
  }

  private mutating func close() {
    end = nil
    descriptor = nil
  }
}
