import Glibc
import LinuxKernel
import SystemPackage

/// A UDP socket of the calling thread's network namespace.
final class DatagramSocket {
  private let descriptor: Int32
  private let family: IPAddress.Family

  /// Binds to an address and port; port 0 is any.
  init(_ address: String, port: UInt16 = 0) throws {
    let address = IPAddress.literal(address)
    family = address.family
    descriptor = socket(family == .v4 ? AF_INET : AF_INET6, Int32(SOCK_DGRAM.rawValue), 0)
    guard descriptor >= 0 else { throw Errno(rawValue: errno) }
    let status = withSocketAddress(address, port) { bind(descriptor, $0, $1) }
    guard status == 0 else { throw Errno(rawValue: errno) }
  }

  deinit { close(descriptor) }

  func send(_ text: String, to address: String, port: UInt16) throws {
    let bytes = Array(text.utf8)
    let count = withSocketAddress(.literal(address), port) { sendto(descriptor, bytes, bytes.count, 0, $0, $1) }
    guard count == bytes.count else { throw Errno(rawValue: errno) }
  }

  /// What has arrived. Over the loopback interface a datagram arrives while it is sent: there is nothing to wait for.
  func received() -> String? {
    var bytes = [UInt8](repeating: 0, count: 2048)
    let count = recv(descriptor, &bytes, bytes.count, Int32(MSG_DONTWAIT))
    return count < 0 ? nil : String(decoding: bytes.prefix(count), as: UTF8.self)
  }
}

private func withSocketAddress<T>(
  _ address: IPAddress, _ port: UInt16, _ body: (UnsafePointer<sockaddr>, socklen_t) -> T
) -> T {
  func call<Address>(_ value: Address) -> T {
    withUnsafePointer(to: value) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<Address>.size)) }
    }
  }
  if address.family == .v4 {
    var value = sockaddr_in()
    value.sin_family = sa_family_t(AF_INET)
    value.sin_port = port.bigEndian
    withUnsafeMutableBytes(of: &value.sin_addr) { $0.copyBytes(from: address.bytes) }
    return call(value)
  }
  var value = sockaddr_in6()
  value.sin6_family = sa_family_t(AF_INET6)
  value.sin6_port = port.bigEndian
  withUnsafeMutableBytes(of: &value.sin6_addr) { $0.copyBytes(from: address.bytes) }
  return call(value)
}
