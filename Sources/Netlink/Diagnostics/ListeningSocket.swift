import CMnl
import Glibc
public import LinuxKernel

/// A socket that waits for what comes to a port: a TCP socket that listens, or a UDP socket that is not connected.
public struct ListeningSocket: Sendable, Hashable {
  /// What it is bound to; an unspecified one stands for all, and an IPv6 one of these mostly for those of IPv4 as well.
  public let address: IPAddress
  /// The port.
  public let port: UInt16

  /// Names one.
  public init(address: IPAddress, port: UInt16) {
    self.address = address
    self.port = port
  }
}

extension ListeningSocket {
  /// Decodes an answer of inet_diag (sock_diag(7)).
  init?(_ message: Message) throws(DecodingFailure) {
    guard let answer = message.fixed(inet_diag_msg.self) else { throw DecodingFailure("socket message too short") }
    guard let family = IPAddress.Family(kernel: answer.idiag_family) else { return nil }
    let bytes = withUnsafeBytes(of: answer.id.idiag_src) { Array($0.prefix(family == .v4 ? 4 : 16)) }
    guard let address = IPAddress(bytes: bytes) else { throw DecodingFailure("socket message without an address") }
    self.init(address: address, port: UInt16(bigEndian: answer.id.idiag_sport))
  }
}
