/// An IP address with the length of its network's prefix: `10.1.0.7/16`, `fd00::7/64`.
///
/// The bits behind the prefix are kept: it serves as an interface's address as well as a network (`network` clears
/// them).
public struct IPPrefix: Sendable, Hashable {
  /// The address, its host bits included.
  public let address: IPAddress
  /// How many leading bits name the network: 0 to 32 or 0 to 128.
  public let length: Int

  /// Joins an address and a prefix length; nil when the length is out of the family's range.
  public init?(_ address: IPAddress, length: Int) {
    guard (0...address.family.bitCount).contains(length) else { return nil }
    self.address = address
    self.length = length
  }

  /// The address alone, as a prefix of all its bits.
  public init(host address: IPAddress) {
    self.address = address
    length = address.family.bitCount
  }

  /// The default route's destination: 0.0.0.0/0 or ::/0.
  public static func everything(_ family: IPAddress.Family) -> IPPrefix {
    IPPrefix(unchecked: IPAddress(family: family, value: 0), length: 0)
  }

  /// What a host keeps for itself: 127.0.0.0/8 or ::1/128.
  public static func loopback(_ family: IPAddress.Family) -> IPPrefix {
    family == .v4
      ? IPPrefix(unchecked: IPAddress(family: .v4, value: 127 << 24), length: 8)
      : IPPrefix(host: IPAddress(family: .v6, value: 1))
  }

  /// Groups' addresses: 224.0.0.0/4 or ff00::/8.
  public static func multicast(_ family: IPAddress.Family) -> IPPrefix {
    family == .v4
      ? IPPrefix(unchecked: IPAddress(family: .v4, value: 0xe0 << 24), length: 4)
      : IPPrefix(unchecked: IPAddress(family: .v6, value: 0xff << 120), length: 8)
  }

  init(unchecked address: IPAddress, length: Int) {
    self.address = address
    self.length = length
  }

  /// The same prefix with every bit behind it cleared.
  public var network: IPPrefix {
    IPPrefix(unchecked: IPAddress(family: address.family, value: address.value & mask), length: length)
  }

  /// The highest address of this network.
  package var last: IPAddress {
    IPAddress(family: address.family, value: address.value | (address.family.highest ^ mask))
  }

  /// Whether an address of the same family lies in this network.
  public func contains(_ other: IPAddress) -> Bool {
    other.family == address.family && other.value & mask == address.value & mask
  }

  private var mask: UInt128 {
    let hostBits = UInt128(address.family.bitCount - length)
    return hostBits == 128 ? 0 : (address.family.highest >> hostBits) << hostBits
  }
}

extension IPPrefix: LosslessStringConvertible {
  /// Parses `address/length`; nil for anything else, a bare address included.
  public init?(_ text: String) {
    guard let slash = text.lastIndex(of: "/"), let address = IPAddress(String(text[..<slash])) else { return nil }
    let digits = Array(text[text.index(after: slash)...].utf8)
    guard let length = IPAddress.parseDecimal(digits[...], upTo: address.family.bitCount) else { return nil }
    self.init(address, length: length)
  }

  /// The address's canonical text, a slash and the length.
  public var description: String { "\(address)/\(length)" }
}

extension IPPrefix: Codable {
  /// Reads the prefix from a string.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    guard let prefix = IPPrefix(text) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "not an IP prefix: \(text)")
    }
    self = prefix
  }

  /// Writes the prefix's canonical text.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
