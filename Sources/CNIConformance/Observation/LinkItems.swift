import LinuxKernel
import Netlink

/// The links of a network namespace.
struct LinkItems {
  private struct Found {
    let index: Int32
    let name: String
    let flags: UInt32
    let master: Int32?
    let kind: String
    let words: [String]
    let mac: MACAddress?
  }

  /// The links' names by their numbers.
  let names: [Int32: String]
  /// The hardware addresses that they have.
  let macs: Set<MACAddress>
  private let found: [Found]

  init(_ listing: inout KernelListing) throws {
    // RTM_GETLINK, RTM_NEWLINK.
    found = try listing.all("links", type: 18, header: LinkHeader()) { $0.type == 16 ? Self.read($0) : nil }
    names = found.reduce(into: [:]) { $0[$1.index] = $1.name }
    macs = Set(found.compactMap(\.mac))
  }

  /// The name of a link, or its number where it has none any more.
  func name(_ index: Int32) -> String { names[index] ?? "link \(index)" }

  func items(_ place: Snapshot.Place) -> [Snapshot.Item] {
    found.map { link in
      var words = [link.kind] + (link.master.map { ["master \(name($0))"] } ?? []) + link.words
      for (bit, word) in [(0, "up"), (7, "noarp"), (8, "promiscuous"), (9, "allmulti")] as [(Int, String)] {
        if link.flags & 1 << UInt32(bit) != 0 { words.append(word) }
      }
      return Snapshot.Item(
        kind: .link, place: place, identity: link.name, details: words.filter { !$0.isEmpty }.joined(separator: ", "))
    }
  }

  private static func read(_ message: Message) -> Found? {
    guard let header = message.fixed(LinkHeader.self) else { return nil }
    let values = message.values(after: MemoryLayout<LinkHeader>.size)
    // IFLA_LINKINFO, IFLA_INFO_KIND.
    let information = values[18]?.values ?? [:]
    let kind = information[1]?.string ?? ""
    let mac = values[1].flatMap { MACAddress(bytes: $0.payload) }
    var words: [String] = []
    if let mtu = values[4]?.uint32 { words.append("mtu \(mtu)") }
    if let alias = values[20]?.string { words.append("alias \(alias)") }
    if let group = values[27]?.uint32, group != 0 { words.append("group \(group)") }
    if let length = values[13]?.uint32 { words.append("txqlen \(length)") }
    // IFLA_PROP_LIST holds IFLA_ALT_IFNAME.
    words += values[52]?.nested.map { "also \($0.string)" } ?? []
    // A bridge's own address follows its ports unless somebody has set it.
    if kind != "bridge", let mac { words.append("\(mac)") }
    return Found(
      index: header.index, name: values[3]?.string ?? "", flags: header.flags, master: values[10]?.int32, kind: kind,
      words: words, mac: mac)
  }
}
