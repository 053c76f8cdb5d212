/// An IPv4 or IPv6 address without a zone.
///
/// An IPv4-mapped IPv6 address stays an IPv6 address. Order is IPv4 before IPv6, then by value.
public struct IPAddress: Sendable, Hashable {
  /// The two versions of the protocol.
  public enum Family: Sendable, Hashable, CaseIterable {
    /// IPv4, 32 bits.
    case v4
    /// IPv6, 128 bits.
    case v6

    /// How many bits an address of this family has.
    public var bitCount: Int { self == .v4 ? 32 : 128 }

    /// The highest address's value.
    package var highest: UInt128 { self == .v4 ? 0xffff_ffff : .max }
  }

  /// Which version of the protocol this is an address of.
  public let family: Family
  package let value: UInt128

  package init(family: Family, value: UInt128) {
    self.family = family
    self.value = value
  }

  /// Makes an address of 4 or 16 bytes in network order; nil for any other number of them.
  public init?(bytes: some Collection<UInt8>) {
    switch bytes.count {
    case 4: family = .v4
    case 16: family = .v6
    default: return nil
    }
    value = bytes.reduce(0) { $0 << 8 | UInt128($1) }
  }

  /// The address's 4 or 16 bytes in network order.
  public var bytes: [UInt8] {
    let count = family.bitCount / 8
    return (0..<count).map { UInt8(truncatingIfNeeded: value >> UInt128(8 * (count - 1 - $0))) }
  }

  /// The address behind this one; nil behind the highest of its family.
  package var next: IPAddress? { value < family.highest ? IPAddress(family: family, value: value + 1) : nil }

  /// 127.0.0.0/8 and ::1.
  public var isLoopback: Bool { family == .v4 ? value >> 24 == 127 : value == 1 }
  /// 169.254.0.0/16 and fe80::/10.
  public var isLinkLocal: Bool { family == .v4 ? value >> 16 == 0xa9fe : value >> 118 == 0x3fa }
  /// 0.0.0.0 and ::.
  public var isUnspecified: Bool { value == 0 }
  /// 224.0.0.0/4 and ff00::/8.
  public var isMulticast: Bool { family == .v4 ? value >> 28 == 0xe : value >> 120 == 0xff }
}

extension IPAddress: Comparable {
  /// Orders IPv4 before IPv6, then by value.
  public static func < (left: IPAddress, right: IPAddress) -> Bool {
    left.family == right.family ? left.value < right.value : left.family == .v4
  }
}

extension IPAddress: Codable {
  /// Reads the address from a string.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    guard let address = IPAddress(text) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "not an IP address: \(text)")
    }
    self = address
  }

  /// Writes the address's canonical text.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
