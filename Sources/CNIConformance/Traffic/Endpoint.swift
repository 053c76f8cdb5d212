import Glibc
import LinuxKernel

/// An address and a port: `10.1.0.7:80`, `[fd00::7]:80`.
struct Endpoint: Sendable, Hashable, CustomStringConvertible {
  var address: IPAddress
  var port: UInt16

  init(_ address: IPAddress, _ port: UInt16 = 0) {
    self.address = address
    self.port = port
  }

  var description: String { address.family == .v4 ? "\(address):\(port)" : "[\(address)]:\(port)" }

  /// As the kernel reads it.
  func withSocketAddress<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) throws -> Result) rethrows -> Result {
    var storage = sockaddr_storage()
    let length = withUnsafeMutableBytes(of: &storage) { fill($0) }
    return try withUnsafePointer(to: &storage) {
      try $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { try body($0, socklen_t(length)) }
    }
  }

  /// What the kernel has written; nil for another family than the two.
  static func reading(
    _ body: (UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) throws -> Void
  ) rethrows -> Endpoint? {
    var storage = sockaddr_storage()
    var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    try withUnsafeMutablePointer(to: &storage) {
      try $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { try body($0, &length) }
    }
    return withUnsafeBytes(of: &storage) { Endpoint(reading: $0) }
  }

  private func fill(_ buffer: UnsafeMutableRawBufferPointer) -> Int {
    guard address.family == .v4 else {
      var kernel = sockaddr_in6()
      kernel.sin6_family = sa_family_t(AF_INET6)
      kernel.sin6_port = port.bigEndian
      withUnsafeMutableBytes(of: &kernel.sin6_addr) { $0.copyBytes(from: address.bytes) }
      buffer.storeBytes(of: kernel, as: sockaddr_in6.self)
      return MemoryLayout<sockaddr_in6>.size
    }
    var kernel = sockaddr_in()
    kernel.sin_family = sa_family_t(AF_INET)
    kernel.sin_port = port.bigEndian
    withUnsafeMutableBytes(of: &kernel.sin_addr) { $0.copyBytes(from: address.bytes) }
    buffer.storeBytes(of: kernel, as: sockaddr_in.self)
    return MemoryLayout<sockaddr_in>.size
  }

  private init?(reading buffer: UnsafeRawBufferPointer) {
    let family = buffer.load(as: sa_family_t.self)
    let addressOffset = family == sa_family_t(AF_INET) ? 4 : 8
    let count = family == sa_family_t(AF_INET) ? 4 : 16
    guard family == sa_family_t(AF_INET) || family == sa_family_t(AF_INET6),
      let address = IPAddress(bytes: buffer[addressOffset..<addressOffset + count])
    else { return nil }
    self.init(address, UInt16(bigEndian: buffer.load(fromByteOffset: 2, as: UInt16.self)))
  }
}
