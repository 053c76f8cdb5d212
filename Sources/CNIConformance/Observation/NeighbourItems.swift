import LinuxKernel
import Netlink

/// Neighbours, forwarding entries, VLANs and queueing disciplines: what somebody has set, not what the kernel has learned.
enum NeighbourItems {
  private static let permanent: UInt16 = 0x80
  private static let noARP: UInt16 = 0x40
  private static let proxy: UInt8 = 8

  static func neighbours(
    _ listing: inout KernelListing, _ links: LinkItems, _ place: Snapshot.Place
  ) throws -> [Snapshot.Item] {
    var items: [Snapshot.Item] = []
    for flags in [0, proxy] {
      // RTM_GETNEIGH, RTM_NEWNEIGH; NDA_DST, NDA_LLADDR.
      items += try listing.all("neighbours", type: 30, header: NeighbourHeader(flags: flags)) { message in
        guard message.type == 28, let header = message.fixed(NeighbourHeader.self), header.family != 7,
          header.state & permanent != 0 || header.flags & proxy != 0
        else { return nil }
        let values = message.values(after: MemoryLayout<NeighbourHeader>.size)
        guard let address = values[1].flatMap({ IPAddress(bytes: $0.payload) }), !address.isMulticast else {
          return nil
        }
        let link = links.name(header.index)
        let word = header.flags & proxy != 0 ? "proxied on" : "of"
        return Snapshot.Item(
          kind: .neighbour, place: place, identity: "\(address) \(word) \(link)",
          details: values[2].flatMap { MACAddress(bytes: $0.payload) }.map { "\($0)" } ?? "", link: link)
      }
    }
    return items
  }

  static func forwardingEntries(
    _ listing: inout KernelListing, _ links: LinkItems, _ place: Snapshot.Place
  ) throws -> [Snapshot.Item] {
    // AF_BRIDGE.
    try listing.all("forwarding entries", type: 30, header: NeighbourHeader(family: 7)) { message in
      guard message.type == 28, let header = message.fixed(NeighbourHeader.self),
        header.state & (permanent | noARP) != 0
      else { return nil }
      let values = message.values(after: MemoryLayout<NeighbourHeader>.size)
      // A bridge has its ports' own addresses and its own there, a link the groups it listens to.
      guard let mac = values[2].flatMap({ MACAddress(bytes: $0.payload) }), mac.bytes[0] & 1 == 0,
        !links.macs.contains(mac)
      else { return nil }
      let link = links.name(header.index)
      let vlan = values[5]?.uint16.map { " vlan \($0)" } ?? ""
      return Snapshot.Item(kind: .fdb, place: place, identity: "\(mac) on \(link)\(vlan)", link: link)
    }
  }

  static func vlans(
    _ listing: inout KernelListing, _ links: LinkItems, _ place: Snapshot.Place
  ) throws -> [Snapshot.Item] {
    try listing.all("VLANs", type: 18, header: LinkHeader(family: 7)) { request in
      // IFLA_EXT_MASK: RTEXT_FILTER_BRVLAN.
      request.put(29, UInt32(2))
    } _: { message -> [Snapshot.Item]? in
      guard message.type == 16, let header = message.fixed(LinkHeader.self) else { return nil }
      // IFLA_AF_SPEC holds IFLA_BRIDGE_VLAN_INFO.
      guard let specification = message.values(after: MemoryLayout<LinkHeader>.size)[26] else { return nil }
      let link = links.name(header.index)
      return specification.nested.compactMap { attribute in
        guard attribute.type == 2, let numbers = attribute.uint32 else { return nil }
        return Snapshot.Item(kind: .vlan, place: place, identity: "\(numbers >> 16) of \(link)", link: link)
      }
    }.flatMap { $0 }
  }

  static func qdiscs(
    _ listing: inout KernelListing, _ links: LinkItems, _ place: Snapshot.Place
  ) throws -> [Snapshot.Item] {
    // RTM_GETQDISC, RTM_NEWQDISC; TCA_KIND. Those that every link has by itself have no number.
    try listing.all("qdiscs", type: 38, header: QdiscHeader()) { message in
      guard message.type == 36, let header = message.fixed(QdiscHeader.self), header.handle != 0 else { return nil }
      let link = links.name(header.index)
      let kind = message.values(after: MemoryLayout<QdiscHeader>.size)[1]?.string ?? "?"
      return Snapshot.Item(
        kind: .qdisc, place: place, identity: "\(kind) on \(link)",
        details: "handle \(String(header.handle >> 16, radix: 16)):", link: link)
    }
  }
}
