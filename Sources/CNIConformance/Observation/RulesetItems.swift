import Netlink

/// All tables, chains, rules, sets, elements, objects and flow tables of nftables, whoever made them.
struct RulesetItems {
  private var listing: KernelListing
  private let place: Snapshot.Place
  /// Tables of which iptables tells in its own words.
  private let isToldElsewhere: (_ family: String, _ table: String) -> Bool
  private var items: [Snapshot.Item] = []

  /// In the calling thread's network namespace.
  static func all(
    _ place: Snapshot.Place, except isToldElsewhere: @escaping (_ family: String, _ table: String) -> Bool
  ) throws -> [Snapshot.Item] {
    // NETLINK_NETFILTER.
    var ruleset = RulesetItems(
      listing: try KernelListing(protocol: 12), place: place, isToldElsewhere: isToldElsewhere)
    try ruleset.collect()
    return ruleset.items
  }

  private init(
    listing: KernelListing, place: Snapshot.Place, isToldElsewhere: @escaping (String, String) -> Bool
  ) {
    self.listing = listing
    self.place = place
    self.isToldElsewhere = isToldElsewhere
  }

  private struct Found {
    let family: UInt8
    let values: (table: String, name: String)
    let words: String
    let isAnonymous: Bool
  }

  private mutating func collect() throws {
    for table in try list("tables", 1, { ($0[1]?.string ?? "", "", "") }) { keep("table", table, "") }
    for chain in try list("chains", 4, { ($0[1]?.string ?? "", $0[3]?.string ?? "", "") }) {
      keep("chain", chain, chain.values.name)
    }
    var anonymous: [String: String] = [:]
    for set in try list("sets", 10, { ($0[1]?.string ?? "", $0[2]?.string ?? "", "") }) {
      let elements = try self.elements(of: set)
      if set.isAnonymous {
        anonymous["\(set.family) \(set.values.table) \(set.values.name)"] = elements.joined(separator: ", ")
        continue
      }
      keep("set", set, set.values.name)
      for element in elements { keep("element", set, "\(set.values.name) { \(element) }") }
    }
    let rules = try listing.all("rules", type: Self.type(7), header: NetfilterHeader()) { message -> Found? in
      guard let family = message.fixed(NetfilterHeader.self)?.family else { return nil }
      let values = message.values(after: 4)
      let table = values[1]?.string ?? ""
      let words = RuleWords.words(values) { "{ \(anonymous["\(family) \(table) \($0)"] ?? $0) }" }
      return Found(family: family, values: (table, values[2]?.string ?? ""), words: words, isAnonymous: false)
    }
    for rule in rules { keep("rule", rule, "\(rule.values.name): \(rule.words)") }
    for object in try list("objects", 19, { ($0[1]?.string ?? "", $0[2]?.string ?? "", "") }) {
      keep("object", object, object.values.name)
    }
    for table in try list("flow tables", 23, { ($0[1]?.string ?? "", $0[2]?.string ?? "", "") }) {
      keep("flow table", table, table.values.name)
    }
  }

  private mutating func keep(_ word: String, _ found: Found, _ rest: String) {
    let family = Self.families[found.family] ?? "family \(found.family)"
    guard !isToldElsewhere(family, found.values.table) else { return }
    let identity = "\(word) \(family) \(found.values.table)" + (rest.isEmpty ? "" : " \(rest)")
    items.append(Snapshot.Item(kind: .nftables, place: place, identity: identity))
  }

  private mutating func list(
    _ subject: String, _ number: Int, _ read: ([Int: Attribute]) -> (table: String, name: String, words: String)
  ) throws -> [Found] {
    try listing.all(subject, type: Self.type(number), header: NetfilterHeader()) { message in
      guard let family = message.fixed(NetfilterHeader.self)?.family else { return nil }
      let values = message.values(after: 4)
      let (table, name, words) = read(values)
      // NFTA_SET_FLAGS: NFT_SET_ANONYMOUS.
      let isAnonymous = number == 10 && (values[3]?.uint32.map { UInt32(bigEndian: $0) } ?? 0) & 1 != 0
      return Found(family: family, values: (table, name), words: words, isAnonymous: isAnonymous)
    }
  }

  private mutating func elements(of set: Found) throws -> [String] {
    try listing.all("elements", type: Self.type(13), header: NetfilterHeader(family: set.family)) { request in
      request.put(1, set.values.table)
      request.put(2, set.values.name)
    } _: { message -> [String]? in
      message.values(after: 4)[3]?.nested.map { RuleWords.element($0.values) }
    }.flatMap { $0 }.sorted()
  }

  /// Of the subsystem NFNL_SUBSYS_NFTABLES.
  private static func type(_ number: Int) -> Int { 10 << 8 | number }

  private static let families: [UInt8: String] = [
    1: "inet", 2: "ip", 3: "arp", 5: "netdev", 7: "bridge", 10: "ip6",
  ]
}
