extension Statement {
  /// What a rule looks at: a field of a packet, or what the kernel knows of it; under nft's words.
  public enum Expression: String, Sendable, Hashable, CaseIterable {
    /// The interface that the packet came in by; none for packets of the host's own.
    case iifname
    /// The interface that it leaves by.
    case oifname
    /// The IPv4 source address.
    case ipSaddr = "ip saddr"
    /// The IPv4 destination address.
    case ipDaddr = "ip daddr"
    /// The IPv6 source address.
    case ip6Saddr = "ip6 saddr"
    /// The IPv6 destination address.
    case ip6Daddr = "ip6 daddr"
    /// The MAC source address; in tables of the bridge family.
    case etherSaddr = "ether saddr"
    /// The MAC destination address; in tables of the bridge family.
    case etherDaddr = "ether daddr"
    /// The transport protocol.
    case metaL4Proto = "meta l4proto"
    /// The source port of whatever transport protocol; see that it has ports.
    case thSport = "th sport"
    /// The destination port of whatever transport protocol; see that it has ports.
    case thDport = "th dport"
    /// The packet mark.
    case metaMark = "meta mark"
    /// The state of the packet's connection.
    case ctState = "ct state"
    /// What became of the packet's connection.
    case ctStatus = "ct status"
    /// What the routing tables say of the destination address.
    case fibDaddrType = "fib daddr type"

    /// The type of what is found; nil for those that only operands of their own compare with.
    public var type: DataType? {
      switch self {
      case .iifname, .oifname: .ifname
      case .ipSaddr, .ipDaddr: .ipv4Addr
      case .ip6Saddr, .ip6Daddr: .ipv6Addr
      case .etherSaddr, .etherDaddr: .etherAddr
      case .metaL4Proto: .inetProto
      case .thSport, .thDport: .inetService
      case .metaMark: .mark
      case .ctState, .ctStatus, .fibDaddrType: nil
      }
    }
  }
}

extension [Statement.Expression] {
  var words: String { map(\.rawValue).joined(separator: " . ") }

  /// nil when one of them has no type.
  var types: [DataType]? {
    let types = compactMap(\.type)
    return types.count == count ? types : nil
  }
}
