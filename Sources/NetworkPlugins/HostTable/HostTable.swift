import JSON
import LinuxKernel
import Netfilter

/// The one table of Berth's on a host, `inet berth`: everything of ours shares it, daemons and programs alike.
///
/// Sets and maps hold what pods have, so that no chain grows with them. An element bears its owner as its comment; those that all
/// pods of a bridge need bear the bridge's name.
enum HostTable {
  /// Its comment tells the layout's version.
  static let table = Table(.inet, "berth", comment: "layout 1")
  /// The table in nft's words.
  static let name = "inet berth"

  /// Why there can be none here; nil where there can. Looked at once.
  static let reasonWhyNot: String? = {
    do {
      _ = try NetfilterSocket().generation()
      return nil
    } catch {
      return "this kernel has no nf_tables for us: \(error)"
    }
  }()

  static func isOurs(_ other: Table) -> Bool {
    isNamedAsOurs(other) && other.comment?.hasSameBytes(as: table.comment ?? "") == true
  }
  static func isOfAnotherLayout(_ other: Table) -> Bool { isNamedAsOurs(other) && !isOurs(other) }
  private static func isNamedAsOurs(_ other: Table) -> Bool {
    other.family == table.family && other.name.hasSameBytes(as: table.name)
  }

  /// A host port on every address of the host, and where it leads.
  static func ports(_ family: IPAddress.Family) -> Table.Map { family == .v4 ? ports4 : ports6 }
  /// A host port on one address, and where it leads.
  static func portsOn(_ family: IPAddress.Family) -> Table.Map { family == .v4 ? portsOn4 : portsOn6 }
  /// Where every client is masqueraded.
  static func masqueradedAll(_ family: IPAddress.Family) -> Table.Set { family == .v4 ? all4 : all6 }
  /// Links with `route_localnet`, whose pods must not reach the host's own 127.0.0.0/8.
  static let localnet = table.set("localnet", .ifname)

  /// Bridges that a policy keeps apart, from one another and from what else is kept so.
  static let guarded = table.set("guarded", .ifname)
  /// Ways between them that are open: a bridge twice.
  static let together = table.set("together", .ifname, .ifname)
  /// Ways that are closed whoever has opened them.
  static let isolated = table.set("isolated", .ifname, .ifname)

  static let sets = [all4, all6, localnet, guarded, together, isolated]
  static let maps = [ports4, ports6, portsOn4, portsOn6]
  static let chains = [hostports, prerouting, output, postrouting, input, forward, isolation]
  /// Where subnets' rules are, too.
  static let postrouting = table.chain("postrouting", .nat(.postrouting, .srcnat))

  private static let ports4 = map("ports4", [.inetProto, .inetService], .ipv4Addr)
  private static let ports6 = map("ports6", [.inetProto, .inetService], .ipv6Addr)
  private static let portsOn4 = map("ports_on4", [.ipv4Addr, .inetProto, .inetService], .ipv4Addr)
  private static let portsOn6 = map("ports_on6", [.ipv6Addr, .inetProto, .inetService], .ipv6Addr)
  private static let all4 = table.set("masquerade_all4", .ipv4Addr, .inetProto, .inetService)
  private static let all6 = table.set("masquerade_all6", .ipv6Addr, .inetProto, .inetService)
  private static let hostports = table.chain("hostports")
  private static let prerouting = table.chain("prerouting", .nat(.prerouting, .dstnat))
  private static let output = table.chain("output", .nat(.output, .dstnat))
  private static let input = table.chain("input", .filter(.input, .raw))

  private static let forward = table.chain("forward", .filter(.forward, .filter - 5))
  private static let isolation = table.chain("isolation")

  private static func map(_ name: String, _ key: [DataType], _ address: DataType) -> Table.Map {
    table.map(name, key, to: [address, .inetService])
  }

  private static let isLocal = Statement.match(.fibDaddrType, .addressType(.local))
  private static let isMapped = Statement.match(.ctStatus, .status(.dnat))

  /// The rules that are the same on every host.
  static let rules: [Table.Rule] = {
    var rules = [prerouting.rule(isLocal, .jump(hostports)), output.rule(isLocal, .jump(hostports))]
    for (destination, family) in [(Statement.Expression.ipDaddr, IPAddress.Family.v4), (.ip6Daddr, .v6)] {
      let target = [destination, .metaL4Proto, .thDport]
      rules.append(hostports.rule(.dnat(to: .map(target, portsOn(family)))))
      rules.append(hostports.rule(.dnat(to: .map([.metaL4Proto, .thDport], ports(family)))))
      rules.append(postrouting.rule(isMapped, .match(target, masqueradedAll(family)), .masquerade))
    }
    // route_localnet lets a link's neighbours at the host's own addresses (CVE-2020-8558): only answers may pass.
    rules.append(
      input.rule(
        .match(.iifname, .set(localnet)), .match(.ipDaddr, .prefix(.loopback(.v4))),
        .match(.ctStatus, not: .status(.dnat)), .drop))
    rules.append(forward.rule(.match(.iifname, .set(guarded)), .match(.oifname, .set(guarded)), .jump(isolation)))
    rules.append(isolation.rule(.match([.iifname, .oifname], isolated), .drop))
    rules.append(isolation.rule(.match([.iifname, .oifname], together), .return))
    rules.append(isolation.rule(.drop))
    return rules
  }()
}
