import LinuxKernel
import Netfilter

/// What an attachment has in the host's table.
///
/// It follows from the attachment's configuration and result alone: so it can be made, checked, made again where somebody has
/// flushed the table, and taken away.
struct TableClaim: Hashable {
  let owner: LinkOwner
  /// The owner's own, and marked so.
  var elements: [Table.Element] = []
  /// Those that all pods of a link need; they stay.
  var shared: [Table.Element] = []
  /// Those that the elements need.
  var subnets: Set<SubnetRules> = []

  init(_ owner: LinkOwner) { self.owner = owner }

  /// Has an address masqueraded wherever it goes beyond its subnet.
  mutating func masquerade(_ address: IPPrefix) {
    let rules = SubnetRules(masquerading: address, in: owner.network)
    subnets.insert(rules)
    elements.append(rules.set.element(.address(address.address), comment: owner.description))
  }
}
