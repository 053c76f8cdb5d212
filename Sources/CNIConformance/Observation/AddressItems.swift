import LinuxKernel
import Netlink

/// Addresses, routes and rules of a network namespace.
enum AddressItems {
  static func addresses(
    _ listing: inout KernelListing, _ links: LinkItems, _ place: Snapshot.Place
  ) throws -> [Snapshot.Item] {
    // RTM_GETADDR, RTM_NEWADDR; IFA_ADDRESS, IFA_LOCAL.
    try listing.all("addresses", type: 22, header: AddressHeader()) { message in
      guard message.type == 20, let header = message.fixed(AddressHeader.self) else { return nil }
      let values = message.values(after: MemoryLayout<AddressHeader>.size)
      guard let address = (values[2] ?? values[1]).flatMap({ IPAddress(bytes: $0.payload) }) else { return nil }
      // Every link gets one of IPv6 by itself, a while after it is up.
      if address.family == .v6, address.isLinkLocal { return nil }
      let link = links.name(header.index)
      return Snapshot.Item(
        kind: .address, place: place, identity: "\(address)/\(header.length) of \(link)", link: link)
    }
  }

  /// All but what the kernel makes itself for each address and link.
  static func routes(
    _ listing: inout KernelListing, _ links: LinkItems, _ place: Snapshot.Place
  ) throws -> [Snapshot.Item] {
    // RTM_GETROUTE, RTM_NEWROUTE.
    try listing.all("routes", type: 26, header: RouteHeader()) { message in
      guard message.type == 24, let header = message.fixed(RouteHeader.self) else { return nil }
      let values = message.values(after: MemoryLayout<RouteHeader>.size)
      // RTPROT_KERNEL, RTM_F_CLONED.
      guard header.origin != 2, header.flags & 0x200 == 0 else { return nil }
      let destination = values[1].flatMap { IPAddress(bytes: $0.payload) }.map { "\($0)/\(header.destinationLength)" }
      var words = [destination ?? (header.family == 10 ? "default (IPv6)" : "default")]
      if header.type != 1 { words.append(Self.kind(header.type)) }
      if let gateway = values[5].flatMap({ IPAddress(bytes: $0.payload) }) { words.append("via \(gateway)") }
      let link = values[4]?.int32.map(links.name)
      if let link { words.append("dev \(link)") }
      let table = values[15]?.uint32 ?? UInt32(header.table)
      if table != 254 { words.append("table \(table)") }
      if let source = values[7].flatMap({ IPAddress(bytes: $0.payload) }) { words.append("src \(source)") }
      if let metric = values[6]?.uint32, header.family == 2 || metric != 1024 { words.append("metric \(metric)") }
      return Snapshot.Item(kind: .route, place: place, identity: words.joined(separator: " "), link: link)
    }
  }

  private static func kind(_ type: UInt8) -> String {
    switch type {
    case 2: "local"
    case 3: "broadcast"
    case 4: "anycast"
    case 5: "multicast"
    case 6: "blackhole"
    case 7: "unreachable"
    case 8: "prohibit"
    default: "type \(type)"
    }
  }

  static func rules(_ listing: inout KernelListing, _ place: Snapshot.Place) throws -> [Snapshot.Item] {
    var items: [Snapshot.Item] = []
    // AF_INET, AF_INET6; RTM_GETRULE, RTM_NEWRULE.
    for family in [2, 10] as [UInt8] {
      items += try listing.all("rules", type: 34, header: RouteHeader(family: family)) { message in
        guard message.type == 32, let header = message.fixed(RouteHeader.self) else { return nil }
        let values = message.values(after: MemoryLayout<RouteHeader>.size)
        var words = ["\(values[6]?.uint32 ?? 0):"]
        if let source = values[2].flatMap({ IPAddress(bytes: $0.payload) }) {
          words.append("from \(source)/\(header.sourceLength)")
        }
        if let target = values[1].flatMap({ IPAddress(bytes: $0.payload) }) {
          words.append("to \(target)/\(header.destinationLength)")
        }
        if let name = values[3]?.string { words.append("iif \(name)") }
        if let name = values[17]?.string { words.append("oif \(name)") }
        if let mark = values[10]?.uint32 { words.append("fwmark \(mark)") }
        if header.type == 1 { words.append("lookup \(values[15]?.uint32 ?? UInt32(header.table))") }
        if header.type != 1 { words.append("action \(header.type)") }
        if values[19] != nil { words.append("l3mdev") }
        if family == 10 { words.append("(IPv6)") }
        return Snapshot.Item(kind: .rule, place: place, identity: words.joined(separator: " "))
      }
    }
    return items
  }
}
