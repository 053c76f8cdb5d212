import Glibc

/// An IP address with a prefix length, as results write it: `10.1.0.5/16`.
public struct IPPrefix: Sendable, Hashable, CustomStringConvertible {
  /// The address family.
  public enum Family: Sendable, Hashable {
    /// IPv4; IPv4-mapped IPv6 addresses too, as Go has it.
    case v4
    /// IPv6.
    case v6
  }

  /// The address as it was written, without the prefix.
  public let address: String
  /// The number of leading bits that name the network.
  public let length: Int
  /// The address family.
  public let family: Family

  /// Parses `address/length`; nil when it is none.
  public init?(_ text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, let family = IPPrefix.family(of: String(parts[0])), parts[1].count <= 3,
      parts[1].utf8.allSatisfy({ (0x30...0x39).contains($0) }), let length = Int(parts[1]),
      length <= (parts[0].contains(":") ? 128 : 32)
    else { return nil }
    address = String(parts[0])
    self.length = length
    self.family = family
  }

  /// The family of an address's text; nil when it is no address (`inet_pton(3)`).
  public static func family(of address: String) -> Family? {
    // C would see its end there, and whoever prints the address what follows.
    guard !address.utf8.contains(0) else { return nil }
    var v4 = in_addr()
    if inet_pton(AF_INET, address, &v4) == 1 { return .v4 }
    var v6 = in6_addr()
    guard inet_pton(AF_INET6, address, &v6) == 1 else { return nil }
    let bytes = withUnsafeBytes(of: &v6) { Array($0) }
    let isMapped = bytes[..<10].allSatisfy { $0 == 0 } && bytes[10] == 0xff && bytes[11] == 0xff
    return isMapped ? .v4 : .v6
  }

  /// `address/length`.
  public var description: String { "\(address)/\(length)" }
}
