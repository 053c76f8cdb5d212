import CNftnl
import LinuxKernel

extension Statement.Expression {
  /// The IP version whose header the field is in.
  var version: IPAddress.Family? {
    switch self {
    case .ipSaddr, .ipDaddr: .v4
    case .ip6Saddr, .ip6Daddr: .v6
    default: nil
    }
  }

  /// Where in a packet the field is; nil when it is in none.
  var field: Instruction.PayloadField? {
    let (link, network, transport) = (
      NFT_PAYLOAD_LL_HEADER.rawValue, NFT_PAYLOAD_NETWORK_HEADER.rawValue, NFT_PAYLOAD_TRANSPORT_HEADER.rawValue
    )
    return switch self {
    case .ipSaddr: Instruction.PayloadField(base: network, offset: 12, length: 4)
    case .ipDaddr: Instruction.PayloadField(base: network, offset: 16, length: 4)
    case .ip6Saddr: Instruction.PayloadField(base: network, offset: 8, length: 16)
    case .ip6Daddr: Instruction.PayloadField(base: network, offset: 24, length: 16)
    case .etherDaddr: Instruction.PayloadField(base: link, offset: 0, length: 6)
    case .etherSaddr: Instruction.PayloadField(base: link, offset: 6, length: 6)
    case .thSport: Instruction.PayloadField(base: transport, offset: 0, length: 2)
    case .thDport: Instruction.PayloadField(base: transport, offset: 2, length: 2)
    default: nil
    }
  }

  /// What loads it into a register.
  func instruction(slot: Int) -> Instruction {
    if let field { return .payload(field, slot: slot) }
    return switch self {
    case .iifname: .meta(key: NFT_META_IIFNAME.rawValue, slot: slot)
    case .oifname: .meta(key: NFT_META_OIFNAME.rawValue, slot: slot)
    case .metaMark: .meta(key: NFT_META_MARK.rawValue, slot: slot)
    case .ctState: .connectionTracking(key: NFT_CT_STATE.rawValue, slot: slot)
    case .ctStatus: .connectionTracking(key: NFT_CT_STATUS.rawValue, slot: slot)
    case .fibDaddrType: .routeTypeOfDestination(slot: slot)
    default: .meta(key: NFT_META_L4PROTO.rawValue, slot: slot)
    }
  }
}

extension IPAddress.Family {
  /// The family's number in netfilter (NFPROTO_IPV4, NFPROTO_IPV6).
  var netfilter: UInt32 { UInt32(self == .v4 ? NFPROTO_IPV4 : NFPROTO_IPV6) }
}

extension Table.Family {
  /// The family's number in netfilter.
  var netfilter: UInt16 {
    switch self {
    case .ip: UInt16(NFPROTO_IPV4)
    case .ip6: UInt16(NFPROTO_IPV6)
    case .inet: UInt16(NFPROTO_INET)
    case .bridge: UInt16(NFPROTO_BRIDGE)
    }
  }

  init?(netfilter number: UInt8) {
    guard let family = Self.allCases.first(where: { $0.netfilter == UInt16(number) }) else { return nil }
    self = family
  }
}
