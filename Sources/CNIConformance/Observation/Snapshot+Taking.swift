import LinuxKernel

extension Trial {
  /// What is there now: on the host, and in the pod if one is given whose namespace is there.
  func snapshot(_ kinds: Set<Snapshot.Kind>, _ pod: Pod? = nil) throws -> Snapshot {
    // Links tell what the rest goes with.
    let kinds = kinds.union([.link])
    var snapshot = Snapshot(kinds: kinds, try Self.network(kinds, .host))
    if kinds.contains(.mount) { snapshot.add(try MachineItems.mounts(name)) }
    if kinds.contains(.cgroup) { snapshot.add(try MachineItems.cgroups()) }
    if kinds.contains(.process) { snapshot.add(try MachineItems.processes()) }
    if kinds.contains(.file) { snapshot.add(FileItems.all(self)) }
    if let pod, NetworkNamespace.isPinned(pod.networkNamespace) {
      snapshot.add(try NetworkNamespace.visit(pod.networkNamespace) { try Self.network(kinds, .pod) })
    }
    return snapshot
  }

  /// What is in the calling thread's network namespace.
  private static func network(_ kinds: Set<Snapshot.Kind>, _ place: Snapshot.Place) throws -> [Snapshot.Item] {
    var listing = try KernelListing()
    let links = try LinkItems(&listing)
    var items = links.items(place)
    if kinds.contains(.address) { items += try AddressItems.addresses(&listing, links, place) }
    if kinds.contains(.route) { items += try AddressItems.routes(&listing, links, place) }
    if kinds.contains(.rule) { items += try AddressItems.rules(&listing, place) }
    if kinds.contains(.neighbour) { items += try NeighbourItems.neighbours(&listing, links, place) }
    if kinds.contains(.fdb) { items += try NeighbourItems.forwardingEntries(&listing, links, place) }
    if kinds.contains(.vlan) { items += try NeighbourItems.vlans(&listing, links, place) }
    if kinds.contains(.qdisc) { items += try NeighbourItems.qdiscs(&listing, links, place) }
    // A program that is started does not follow this thread into a pod.
    let hasSave = place == .host
    if kinds.contains(.nftables) {
      items += try RulesetItems.all(place) { hasSave && TablesSave.tellsOf($0, $1) }
    }
    if hasSave, kinds.contains(.iptables) { items += try TablesSave.items(place) }
    if kinds.contains(.sysctl) { items += SysctlItems.all(place) }
    return items
  }
}
