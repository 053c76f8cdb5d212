import CMnl

extension Link {
  /// Decodes an RTM_NEWLINK; other messages are left out of a listing.
  init?(_ message: Message) throws(DecodingFailure) {
    guard message.type == Int(RTM_NEWLINK) else { return nil }
    guard let header = message.fixed(ifinfomsg.self) else { throw DecodingFailure("link message too short") }
    var attributes = LinkAttributes()
    for attribute in message.attributes(after: ifinfomsg.self) { attributes.take(attribute) }
    guard let name = attributes.name else { throw DecodingFailure("link \(header.ifi_index) without a name") }
    self.init(
      index: header.ifi_index, name: name, mac: attributes.mac, mtu: attributes.mtu ?? 0,
      flags: Flags(rawValue: header.ifi_flags), kind: attributes.kind, masterIndex: attributes.master,
      peerIndex: attributes.peer, peerNamespaceID: attributes.peerNamespace, statistics: attributes.statistics)
  }
}

/// The attributes of a link message as they are met.
private struct LinkAttributes {
  var name: String?
  var mac: MACAddress?
  var mtu: UInt32?
  var kind: String?
  var master: Int32?
  var peer: Int32?
  var peerNamespace: Int32?
  var statistics: LinkStatistics?

  mutating func take(_ attribute: Attribute) {
    switch attribute.type {
    case Int(IFLA_IFNAME): name = attribute.string
    case Int(IFLA_ADDRESS): mac = MACAddress(bytes: attribute.payload)
    case Int(IFLA_MTU): mtu = attribute.uint32
    case Int(IFLA_MASTER): master = attribute.int32
    // A veth whose peer is gone says 0.
    case Int(IFLA_LINK): peer = attribute.int32.flatMap { $0 == 0 ? nil : $0 }
    case Int(IFLA_LINK_NETNSID): peerNamespace = attribute.int32
    case Int(IFLA_LINKINFO): kind = attribute.nested.first { $0.type == Int(IFLA_INFO_KIND) }?.string
    case Int(IFLA_STATS64): statistics = LinkStatistics(attribute)
    default: break
    }
  }
}

extension LinkStatistics {
  /// Reads the leading counters of a struct rtnl_link_stats64, which has only ever grown at its end.
  fileprivate init?(_ attribute: Attribute) {
    let counters = 9
    let size = MemoryLayout<UInt64>.size
    guard attribute.payload.count >= counters * size else { return nil }
    func counter(_ position: Int) -> UInt64 {
      attribute.payload.loadUnaligned(fromByteOffset: position * size, as: UInt64.self)
    }
    self.init(
      received: Direction(packets: counter(0), bytes: counter(2), errors: counter(4), dropped: counter(6)),
      transmitted: Direction(packets: counter(1), bytes: counter(3), errors: counter(5), dropped: counter(7)),
      multicast: counter(8))
  }
}
