/// A 48-bit hardware address.
///
/// Text is six pairs of lower-case hex digits with colons between them; parsing takes capitals and hyphens too.
public struct MACAddress: Sendable, Hashable, LosslessStringConvertible {
  private let value: UInt64

  /// The six bytes in the order in which they are sent.
  public var bytes: [UInt8] { (0..<6).map { UInt8(truncatingIfNeeded: value >> (40 - 8 * UInt64($0))) } }

  /// Makes an address of six bytes; nil for any other number of them.
  public init?(bytes: some Collection<UInt8>) {
    guard bytes.count == 6 else { return nil }
    value = bytes.reduce(0) { $0 << 8 | UInt64($1) }
  }

  /// Parses `02:00:00:00:00:01`; nil for anything else.
  public init?(_ text: String) {
    let separator: Character = text.contains("-") ? "-" : ":"
    let parts = text.split(separator: separator, omittingEmptySubsequences: false)
    var bytes: [UInt8] = []
    for part in parts {
      guard part.utf8.count == 2, part.utf8.allSatisfy({ $0.hexDigit != nil }), let byte = UInt8(part, radix: 16) else {
        return nil
      }
      bytes.append(byte)
    }
    self.init(bytes: bytes)
  }

  /// The address in its usual form, `02:00:00:00:00:01`.
  public var description: String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: ":")
  }
}

extension MACAddress: Codable {
  /// Reads the address from a string.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    guard let value = MACAddress(text) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "not a MAC address: \(text)")
    }
    self = value
  }

  /// Writes the address as a string.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}

extension UInt8 {
  /// The value of this ASCII byte as a hex digit.
  var hexDigit: UInt8? {
    switch self {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): self - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): self - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): self - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}
