import CNI
import LinuxKernel

extension MACAddress {
  /// The hardware address that goes with an IP address: whoever has the one has the other, so that neighbours who remember the one
  /// that had it before are right about the next one, too.
  ///
  /// Locally administered. Of IPv4 it is 0a:58 and the address, as others derive it (OVN, earlier CNI plugins), of IPv6 0e and 40 bits
  /// of the address's digest.
  static func derived(from address: IPAddress) -> MACAddress {
    let bytes = address.family == .v4 ? [0x0a, 0x58] + address.bytes : [0x0e] + SHA512.hash(address.bytes).prefix(5)
    return MACAddress(bytes: bytes) ?? .random()
  }
}
