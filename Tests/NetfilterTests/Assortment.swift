import LinuxKernel
import Netfilter

/// Every statement, expression, operand and type in each kind of table that takes it.
enum Assortment {
  static var transaction: Transaction {
    var transaction = Transaction()
    for family in Table.Family.allCases { add(family, to: &transaction) }
    return transaction
  }

  private static func add(_ family: Table.Family, to transaction: inout Transaction) {
    let table = Table(family, "assortment", comment: "of all")
    let target = table.chain("target")
    let chain = table.chain("rules")
    transaction.add(table)
    for type in DataType.allCases { add(type, in: table, to: &transaction) }
    transaction.add(target)
    transaction.add(chain)
    transaction.add(table.chain("base", .filter(.output, .security + 1, policy: .drop)))
    for statements in common(table, target) + of(family, table) {
      transaction.add(chain.rule(statements))
      transaction.insert(chain.rule(statements, comment: "inserted"))
    }
    // Without a module of their own, bridges track no connections.
    guard family != .bridge else { return }
    transaction.add(chain.rule(.match(.ctState, .states([.new, .established, .related, .invalid])), .accept))
    transaction.add(chain.rule(.match(.ctState, not: .states(.invalid)), .accept))
    transaction.add(chain.rule(.match(.ctStatus, not: .status([.snat, .dnat])), .drop))
    transaction.add(table.chain("routing", Hook(.route, .output, .mangle)))
    let nat = table.chain("translation", .nat(.postrouting, .srcnat - 1))
    transaction.add(nat)
    transaction.add(nat.rule(.match(.ctStatus, .status([.snat, .dnat])), .masquerade))
  }

  /// A set, and maps from and to the type.
  private static func add(_ type: DataType, in table: Table, to transaction: inout Transaction) {
    let set = table.set("set_\(type.rawValue)", type)
    let map = table.map("map_\(type.rawValue)", [type], to: [type])
    let several = table.map("several_\(type.rawValue)", [type, .mark, type], to: [.mark, type], comment: "\(type)")
    let value = value(of: type)
    transaction.add(set)
    transaction.add(map)
    transaction.add(several)
    transaction.add(set.element(value, comment: "a comment"))
    transaction.add(map.element([value], to: [value], comment: "another"))
    transaction.add(several.element([value, .mark(0x1234), value], to: [.mark(0x5678), value]))
  }

  private static func value(of type: DataType) -> DataType.Value {
    switch type {
    case .ipv4Addr: .address(.literal("192.0.2.1"))
    case .ipv6Addr: .address(.literal("2001:db8::1"))
    case .etherAddr: .ether(MACAddress(bytes: [2, 1, 2, 3, 4, 5]) ?? .none)
    case .inetProto: .proto(.icmpv6)
    case .inetService: .service(0x1234)
    case .mark: .mark(0x1234_5678)
    case .ifname: .ifname("veth01234567")
    }
  }

  private static func common(_ table: Table, _ target: Table.Chain) -> [[Statement]] {
    let names = table.set("set_ifname", .ifname)
    return [
      [.accept], [.drop], [.return], [.jump(target)], [.goto(target)], [.setMark(0x1234_5678)],
      [.match(.iifname, .value(.ifname("eth0"))), .match(.oifname, not: .value(.ifname("eth1"))), .accept],
      [.match(.iifname, .set(names)), .match(.oifname, not: .set(names)), .accept],
      [.match(.metaMark, .value(.mark(0x1234_5678))), .drop],
      [.match(.metaL4Proto, .value(.proto(.tcp))), .match(.thSport, .value(.service(22))), .drop],
      [.match(.metaL4Proto, not: .value(.proto(.udp))), .match(.thDport, not: .value(.service(53))), .drop],
    ]
  }

  private static func of(_ family: Table.Family, _ table: Table) -> [[Statement]] {
    switch family {
    case .ip: v4(table) + [[.match(.fibDaddrType, .addressType(.local)), .return]]
    case .ip6: v6(table) + [[.match(.fibDaddrType, .addressType(.multicast)), .return]]
    case .inet:
      v4(table) + v6(table) + [
        [.match(.fibDaddrType, not: .addressType(.unicast)), .match(.fibDaddrType, .addressType(.broadcast)), .drop],
        [
          .match(.ipSaddr, .value(.address(.literal("192.0.2.1")))),
          .match(.ipDaddr, not: .value(.address(.literal("192.0.2.2")))), .drop,
        ],
      ]
    case .bridge:
      [
        [.match(.etherSaddr, not: .value(value(of: .etherAddr))), .drop],
        [.match(.etherDaddr, .set(table.set("set_ether_addr", .etherAddr))), .accept],
      ]
    }
  }

  private static func v4(_ table: Table) -> [[Statement]] {
    prefixes(.ipSaddr, ["192.0.2.0/24", "10.0.0.0/7", "0.0.0.0/1", "192.0.2.1/32", "192.0.2.128/25"])
      + prefixes(.ipDaddr, ["127.0.0.0/8"]) + [
        [.match(.ipDaddr, .set(table.set("set_ipv4_addr", .ipv4Addr))), .accept],
        [.match(.metaL4Proto, .value(.proto(.sctp))), .dnat(to: .address(.literal("192.0.2.1"), port: 80))],
        [.snat(to: .address(.literal("192.0.2.1"), port: nil))],
        [.dnat(to: .map([.ipDaddr], table.map("map_ipv4_addr", [.ipv4Addr], to: [.ipv4Addr])))],
      ]
  }

  private static func v6(_ table: Table) -> [[Statement]] {
    prefixes(.ip6Saddr, ["2001:db8::/32", "2001:db8::/61", "2001:db8::1/128", "8000::/1"])
      + prefixes(.ip6Daddr, ["fe80::/10"]) + [
        [.match(.ip6Saddr, not: .set(table.set("set_ipv6_addr", .ipv6Addr))), .accept],
        [.match(.metaL4Proto, .value(.proto(.udp))), .dnat(to: .address(.literal("2001:db8::1"), port: 80))],
        [.snat(to: .map([.ip6Saddr], table.map("map_ipv6_addr", [.ipv6Addr], to: [.ipv6Addr])))],
      ]
  }

  private static func prefixes(_ expression: Statement.Expression, _ texts: [String]) -> [[Statement]] {
    texts.flatMap { text -> [[Statement]] in
      let prefix = Statement.Operand.prefix(.literal(text))
      return [[.match(expression, prefix), .accept], [.match(expression, not: prefix), .drop]]
    }
  }
}

extension MACAddress {
  static var none: MACAddress { preconditionFailure("no address") }
}
