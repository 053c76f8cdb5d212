public import LinuxKernel

extension DataType {
  /// A value of a ``DataType``: a field of a set's or map's element, or what a rule compares with.
  public enum Value: Sendable, Hashable {
    /// An address; its type is that of its family.
    case address(IPAddress)
    /// A MAC address.
    case ether(MACAddress)
    /// A transport protocol.
    case proto(TransportProtocol)
    /// A port.
    case service(UInt16)
    /// A packet mark.
    case mark(UInt32)
    /// An interface's name, one to fifteen bytes.
    case ifname(String)

    /// Its type.
    public var type: DataType {
      switch self {
      case .address(let address): .address(address.family)
      case .ether: .etherAddr
      case .proto: .inetProto
      case .service: .inetService
      case .mark: .mark
      case .ifname: .ifname
      }
    }
  }
}

/// A transport protocol's number (IANA).
public struct TransportProtocol: RawRepresentable, Sendable, Hashable, CustomStringConvertible {
  /// The number.
  public let rawValue: UInt8

  /// Makes a protocol of its number.
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// ICMP.
  public static let icmp = TransportProtocol(rawValue: 1)
  /// TCP.
  public static let tcp = TransportProtocol(rawValue: 6)
  /// UDP.
  public static let udp = TransportProtocol(rawValue: 17)
  /// ICMPv6.
  public static let icmpv6 = TransportProtocol(rawValue: 58)
  /// SCTP.
  public static let sctp = TransportProtocol(rawValue: 132)

  /// nft's word for it, else its number.
  public var description: String {
    switch self {
    case .icmp: "icmp"
    case .tcp: "tcp"
    case .udp: "udp"
    case .icmpv6: "ipv6-icmp"
    case .sctp: "sctp"
    default: "\(rawValue)"
    }
  }
}

extension DataType.Value {
  static let longestInterfaceName = 15

  var words: String {
    switch self {
    case .address(let address): "\(address)"
    case .ether(let address): "\(address)"
    case .proto(let proto): proto.description
    case .service(let port): "\(port)"
    case .mark(let mark): "0x" + String(mark, radix: 16)
    case .ifname(let name): "\"\(name)\""
    }
  }

  /// The bytes as a register holds them, without padding.
  var bytes: [UInt8] {
    switch self {
    case .address(let address): address.bytes
    case .ether(let address): address.bytes
    case .proto(let proto): [proto.rawValue]
    case .service(let port): [UInt8(port >> 8), UInt8(port & 0xff)]
    case .mark(let mark): withUnsafeBytes(of: mark, Array.init)
    case .ifname(let name):
      name.utf8 + [UInt8](repeating: 0, count: Swift.max(0, DataType.ifname.size - name.utf8.count))
    }
  }

  /// Reads what ``bytes`` gives; the bytes must be of the type's size.
  init?(_ type: DataType, bytes: some Collection<UInt8>) {
    guard bytes.count == type.size else { return nil }
    switch type {
    case .ipv4Addr, .ipv6Addr:
      guard let address = IPAddress(bytes: bytes) else { return nil }
      self = .address(address)
    case .etherAddr:
      guard let address = MACAddress(bytes: bytes) else { return nil }
      self = .ether(address)
    case .inetProto: self = .proto(TransportProtocol(rawValue: bytes.first ?? 0))
    case .inetService: self = .service(bytes.reduce(0) { $0 << 8 | UInt16($1) })
    case .mark: self = .mark(Array(bytes).withUnsafeBytes { $0.loadUnaligned(as: UInt32.self) })
    case .ifname: self = .ifname(String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self))
    }
  }
}

extension [DataType.Value] {
  var words: String { map(\.words).joined(separator: " . ") }

  var types: [DataType] { map(\.type) }

  /// The bytes of a key or of a map's value: fields of a concatenation are padded to whole registers.
  var bytes: [UInt8] {
    if count == 1 { return self[0].bytes }
    return flatMap { $0.bytes + [UInt8](repeating: 0, count: $0.type.paddedSize - $0.type.size) }
  }

  /// Reads what ``bytes`` gives; nil when the bytes are not of the types' size.
  init?(_ types: [DataType], bytes: [UInt8]) {
    guard bytes.count == types.size else { return nil }
    var rest = bytes[...]
    self = []
    for type in types {
      guard let value = DataType.Value(type, bytes: rest.prefix(type.size)) else { return nil }
      append(value)
      rest = rest.dropFirst(type.paddedSize)
    }
  }
}
