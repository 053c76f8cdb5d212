import CMnl
import LinuxKernel

extension Route {
  /// Decodes an RTM_NEWROUTE of IPv4 or IPv6; other messages, and the kernel's cached clones, are left out of a
  /// listing.
  init?(_ message: Message) throws(DecodingFailure) {
    guard message.type == Int(RTM_NEWROUTE) else { return nil }
    guard let header = message.fixed(rtmsg.self) else { throw DecodingFailure("route message too short") }
    guard let family = IPAddress.Family(kernel: header.rtm_family), header.rtm_flags & UInt32(RTM_F_CLONED) == 0 else {
      return nil
    }
    self.init(
      to: .everything(family), table: UInt32(header.rtm_table), kind: Kind(rawValue: header.rtm_type))
    var address = destination.address
    for attribute in message.attributes(after: rtmsg.self) {
      if attribute.type == Int(RTA_DST.rawValue) {
        address = attribute.address ?? address
      } else {
        take(attribute)
      }
    }
    guard address.family == family, let prefix = IPPrefix(address, length: Int(header.rtm_dst_len)) else {
      throw DecodingFailure("route message with a destination that is none")
    }
    destination = prefix
  }

  private mutating func take(_ attribute: Attribute) {
    switch attribute.type {
    case Int(RTA_GATEWAY.rawValue): gateway = attribute.address
    case Int(RTA_VIA.rawValue): gateway = IPAddress(via: attribute)
    case Int(RTA_OIF.rawValue): linkIndex = attribute.int32
    case Int(RTA_PREFSRC.rawValue): preferredSource = attribute.address
    case Int(RTA_PRIORITY.rawValue): metric = attribute.uint32
    case Int(RTA_TABLE.rawValue): table = attribute.uint32 ?? table
    case Int(RTA_METRICS.rawValue):
      for metric in attribute.nested {
        if metric.type == Int(RTAX_MTU) { mtu = metric.uint32 }
        if metric.type == Int(RTAX_ADVMSS) { advertisedMSS = metric.uint32 }
      }
    case Int(RTA_MULTIPATH.rawValue): hops = Self.hops(attribute.payload)
    default: break
    }
  }

  /// The array of struct rtnexthop, each with attributes of its own, that RTA_MULTIPATH holds.
  private static func hops(_ payload: UnsafeRawBufferPointer) -> [Hop] {
    var hops: [Hop] = []
    var rest = payload
    while rest.count >= MemoryLayout<rtnexthop>.size {
      let header = rest.loadUnaligned(as: rtnexthop.self)
      let length = Int(header.rtnh_len)
      guard length >= MemoryLayout<rtnexthop>.size, length <= rest.count else { break }
      let attributes = UnsafeRawBufferPointer(rebasing: rest[MemoryLayout<rtnexthop>.size..<length])
      let gateway = AttributeSequence(attributes).lazy.compactMap { attribute in
        switch attribute.type {
        case Int(RTA_GATEWAY.rawValue): attribute.address
        case Int(RTA_VIA.rawValue): IPAddress(via: attribute)
        default: nil
        }
      }.first
      hops.append(Hop(gateway: gateway, linkIndex: header.rtnh_ifindex))
      let alignment = Int(BERTH_RTNH_ALIGNTO)
      let step = Swift.min((length + alignment - 1) / alignment * alignment, rest.count)
      rest = UnsafeRawBufferPointer(rebasing: rest[step...])
    }
    return hops
  }
}

extension IPAddress {
  /// Reads a struct rtvia: the family in two bytes, then the address.
  fileprivate init?(via attribute: Attribute) {
    guard let number = attribute.uint16, let family = Family(kernel: UInt8(truncatingIfNeeded: number)) else {
      return nil
    }
    self.init(bytes: attribute.payload.dropFirst(2))
    guard self.family == family else { return nil }
  }
}
