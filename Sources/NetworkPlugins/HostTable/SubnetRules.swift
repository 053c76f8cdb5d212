import LinuxKernel
import Netfilter

/// What the host's table has for the pods of one subnet: a set of theirs, and rules that look into it.
struct SubnetRules: Hashable {
  /// What its set is for.
  enum Kind: String, CaseIterable {
    /// Addresses of a network's pods whose packets bear the host's address wherever they go beyond the subnet.
    case masqueraded = "masquerade-"
    /// Ports of pods whose clients bear the host's address where the pod could not answer otherwise: those in its subnet, and the
    /// host's own on 127.0.0.1.
    case near = "near-"
  }

  let kind: Kind
  let subnet: IPPrefix
  /// Of set and chain alike, and the comment of the rules that lead there; a network's own name may be longer than theirs can be.
  let name: String

  /// Those of a network's pods beside an address.
  init(masquerading address: IPPrefix, in network: String) {
    (kind, subnet) = (.masqueraded, address.network)
    name = Self.prefix(masquerading: network) + LinkOwner.hash(of: subnet.description)
  }

  /// Those of the ports of a network's pods beside an address.
  init(near address: IPPrefix, in network: String) {
    (kind, subnet) = (.near, address.network)
    name = "\(kind.rawValue)\(LinkOwner.hash(of: network))-\(LinkOwner.hash(of: subnet.description))"
  }

  /// Those whose set was found; nil of any other set.
  init?(_ set: Table.Set) {
    guard let kind = Kind.allCases.first(where: { set.name.utf8.starts(with: $0.rawValue.utf8) }),
      let subnet = set.comment.flatMap({ IPPrefix($0) })
    else { return nil }
    (self.kind, self.subnet, name) = (kind, subnet, set.name)
  }

  /// What the names of a network's sets of masqueraded pods begin with.
  static func prefix(masquerading network: String) -> String {
    Kind.masqueraded.rawValue + LinkOwner.hash(of: network) + "-"
  }

  /// Its pods' addresses or ports.
  var set: Table.Set {
    let address = DataType.address(subnet.address.family)
    return switch kind {
    case .masqueraded: HostTable.table.set(name, address, comment: "\(subnet)")
    case .near: HostTable.table.set(name, address, .inetProto, .inetService, comment: "\(subnet)")
    }
  }

  /// Where packets of its masqueraded pods go, and what becomes of them there.
  var chain: (Table.Chain, rules: [Table.Rule])? {
    guard kind == .masqueraded else { return nil }
    let chain = HostTable.table.chain(name)
    let near = [subnet, .multicast(subnet.address.family)].map {
      chain.rule(.match(destination, .prefix($0)), .accept)
    }
    return (chain, near + [chain.rule(.masquerade)])
  }

  /// The rules by which packets come here.
  var entries: [Table.Rule] {
    let sources: [IPPrefix]
    switch kind {
    case .masqueraded:
      guard let chain = chain?.0 else { return [] }
      return [HostTable.postrouting.rule(.match(source, .set(set)), .jump(chain), comment: name)]
    case .near: sources = subnet.address.family == .v4 ? [subnet, .loopback(.v4)] : [subnet]
    }
    return sources.map { clients in
      HostTable.postrouting.rule(
        .match(.ctStatus, .status(.dnat)), .match(source, .prefix(clients)),
        .match([destination, .metaL4Proto, .thDport], set), .masquerade, comment: name)
    }
  }

  /// All that must be made besides the set.
  var rules: [Table.Rule] { (chain?.rules ?? []) + entries }

  private var source: Statement.Expression { subnet.address.family == .v4 ? .ipSaddr : .ip6Saddr }
  private var destination: Statement.Expression { subnet.address.family == .v4 ? .ipDaddr : .ip6Daddr }
}
