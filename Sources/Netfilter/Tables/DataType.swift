public import LinuxKernel

/// A type of set keys and map values, under nft's name.
public enum DataType: String, Sendable, Hashable, CaseIterable {
  /// An IPv4 address.
  case ipv4Addr = "ipv4_addr"
  /// An IPv6 address.
  case ipv6Addr = "ipv6_addr"
  /// A MAC address.
  case etherAddr = "ether_addr"
  /// A transport protocol.
  case inetProto = "inet_proto"
  /// A port.
  case inetService = "inet_service"
  /// A packet mark.
  case mark
  /// An interface's name.
  case ifname

  /// The type of addresses of a family.
  public static func address(_ family: IPAddress.Family) -> DataType { family == .v4 ? .ipv4Addr : .ipv6Addr }
}

extension DataType {
  /// nft's number of the type, which the kernel keeps for it.
  var number: UInt32 {
    switch self {
    case .ipv4Addr: 7
    case .ipv6Addr: 8
    case .etherAddr: 9
    case .inetProto: 12
    case .inetService: 13
    case .mark: 19
    case .ifname: 41
    }
  }

  /// Bytes of a value.
  var size: Int {
    switch self {
    case .inetProto: 1
    case .inetService: 2
    case .ipv4Addr, .mark: 4
    case .etherAddr: 6
    case .ipv6Addr, .ifname: 16
    }
  }

  /// Bytes that a value takes in a concatenation: whole 32-bit registers.
  var paddedSize: Int { (size + 3) & ~3 }

  /// nft's number of the order of the bytes: 1 the machine's, 2 the network's.
  var byteOrder: UInt32 {
    switch self {
    case .mark, .ifname: 1
    default: 2
    }
  }

  init?(number: UInt32) {
    guard let type = Self.allCases.first(where: { $0.number == number }) else { return nil }
    self = type
  }
}

extension [DataType] {
  /// A value is at most the kernel's 64 bytes (NFT_DATA_VALUE_MAXLEN).
  static let longest = 64
  private static var numberBits: UInt32 { 6 }

  var words: String { map(\.rawValue).joined(separator: " . ") }

  /// Bytes of a value: those of a concatenation's fields are padded.
  var size: Int { count == 1 ? self[0].size : reduce(0) { $0 + $1.paddedSize } }

  /// nft's number of a concatenation: six bits a field, the first one's on top.
  var number: UInt32 { reduce(0) { $0 << Self.numberBits | $1.number } }

  /// 0 for concatenations, as nft has it.
  var byteOrder: UInt32 { count == 1 ? self[0].byteOrder : 0 }

  /// nil when a field's type is none of ours.
  init?(number: UInt32) {
    self = []
    var rest = number
    while rest > 0 {
      guard let type = DataType(number: rest & (1 << Self.numberBits - 1)) else { return nil }
      insert(type, at: 0)
      rest >>= Self.numberBits
    }
    if isEmpty { return nil }
  }
}
