import LinuxKernel
import Netfilter
import Testing

/// A table with everything that host ports, masquerading and a firewall need, as tests of several kinds use it.
struct Layout {
  static let berth = Table(.inet, "berth", comment: "layout 1")
  static let masq4 = berth.set("masq4-0123abcd", .ipv4Addr, comment: "pods of a network")
  static let masq6 = berth.set("masq6-0123abcd", .ipv6Addr)
  static let hairpin = berth.set("hairpin", .ifname, .ifname)
  static let localnet = berth.set("localnet", .ifname)
  static let ports4 = berth.map("ports4", [.inetProto, .inetService], to: [.ipv4Addr, .inetService])
  static let ports6 = berth.map("ports6", [.inetProto, .inetService], to: [.ipv6Addr, .inetService])
  static let portsOn4 = berth.map(
    "ports_on4", [.ipv4Addr, .inetProto, .inetService], to: [.ipv4Addr, .inetService])
  static let portsOn6 = berth.map(
    "ports_on6", [.ipv6Addr, .inetProto, .inetService], to: [.ipv6Addr, .inetService])
  static let hostports = berth.chain("hostports")
  static let masquerade = berth.chain("masquerade-0123abcd", comment: "a network's")
  static let prerouting = berth.chain("prerouting", .nat(.prerouting, .dstnat))
  static let output = berth.chain("output", .nat(.output, .dstnat))
  static let postrouting = berth.chain("postrouting", .nat(.postrouting, .srcnat))
  static let input = berth.chain("input", .filter(.input, .raw))
  static let forward = berth.chain("forward", .filter(.forward, .filter - 5, policy: .drop), comment: "pods'")

  static let loopback = IPPrefix.literal("127.0.0.0/8")

  static var transaction: Transaction {
    var transaction = Transaction()
    transaction.create(berth)
    for set in [masq4, masq6, hairpin, localnet] { transaction.create(set) }
    for map in [ports4, ports6, portsOn4, portsOn6] { transaction.create(map) }
    for chain in [hostports, masquerade, prerouting, output, postrouting, input, forward] {
      transaction.create(chain)
    }
    for rule in rules { transaction.add(rule) }
    for element in elements { transaction.create(element) }
    return transaction
  }

  static var rules: [Table.Rule] {
    [
      hostports.rule(.dnat(to: .map([.ipDaddr, .metaL4Proto, .thDport], portsOn4))),
      hostports.rule(.dnat(to: .map([.metaL4Proto, .thDport], ports4))),
      hostports.rule(.dnat(to: .map([.ip6Daddr, .metaL4Proto, .thDport], portsOn6))),
      hostports.rule(.dnat(to: .map([.metaL4Proto, .thDport], ports6))),
      prerouting.rule(.match(.fibDaddrType, .addressType(.local)), .jump(hostports)),
      output.rule(.match(.fibDaddrType, .addressType(.local)), .jump(hostports)),
      postrouting.rule(.match(.ctStatus, .status(.dnat)), .match(.ipSaddr, .prefix(loopback)), .masquerade),
      postrouting.rule(.match(.ctStatus, .status(.dnat)), .match([.iifname, .oifname], hairpin), .masquerade),
      postrouting.rule(.match(.ipSaddr, .set(masq4)), .jump(masquerade), comment: "0123abcd"),
      postrouting.rule(.match(.ip6Saddr, .set(masq6)), .jump(masquerade)),
      masquerade.rule(.match(.ipDaddr, .prefix(.literal("10.88.0.0/16"))), .accept),
      masquerade.rule(.match(.ipDaddr, .prefix(.literal("224.0.0.0/4"))), .accept),
      masquerade.rule(.match(.ip6Daddr, .prefix(.literal("fd00:88::/60"))), .accept),
      masquerade.rule(.match(.ip6Daddr, .prefix(.literal("ff00::/8"))), .return),
      masquerade.rule(.masquerade),
      input.rule(
        .match(.iifname, .set(localnet)), .match(.ipDaddr, .prefix(loopback)), .match(.ctStatus, not: .status(.dnat)),
        .drop),
      forward.rule(.match(.ctState, .states([.established, .related])), .accept),
      forward.rule(
        .match(.iifname, .value(.ifname("br0"))), .match(.oifname, not: .value(.ifname("br0"))), .setMark(0x2a),
        .accept),
    ]
  }

  static var elements: [Table.Element] {
    [
      masq4.element(.address(.literal("10.88.0.2")), comment: "0123abcd/id/eth0"),
      masq6.element(.address(.literal("fd00:88::2"))),
      hairpin.element(.ifname("br0"), .ifname("br0")),
      localnet.element(.ifname("br0"), comment: "br0"),
      ports4.element(
        [.proto(.tcp), .service(8080)], to: [.address(.literal("10.88.0.2")), .service(80)], comment: "0123abcd/id/eth0"
      ),
      ports6.element([.proto(.udp), .service(53)], to: [.address(.literal("fd00:88::2")), .service(5353)]),
      portsOn4.element(
        [.address(.literal("192.0.2.1")), .proto(.sctp), .service(1)],
        to: [.address(.literal("10.88.0.2")), .service(2)]),
      portsOn6.element(
        [.address(.literal("2001:db8::1")), .proto(.tcp), .service(1)],
        to: [.address(.literal("fd00:88::2")), .service(2)]),
    ]
  }
}

extension IPAddress {
  static func literal(_ text: String) -> IPAddress {
    guard let address = IPAddress(text) else { preconditionFailure("no address: \(text)") }
    return address
  }
}

extension IPPrefix {
  static func literal(_ text: String) -> IPPrefix {
    guard let prefix = IPPrefix(text) else { preconditionFailure("no prefix: \(text)") }
    return prefix
  }
}
