import CNI
import CNIPlugin
import LinuxKernel
import Netfilter
import Netlink

extension TableClaim {
  /// What a pod's port mappings ask of the host's table, but for what its link needs.
  init(_ call: PluginCall<Portmap.Configuration>, _ settings: PortmapSettings) {
    self.init(LinkOwner(of: call))
    for target in settings.targets {
      let address = target.address
      let mappings = settings.mappings.filter { $0.applies(to: address.family) }
      elements += mappings.map { entry($0, to: address) }
      guard settings.masquerades, !mappings.isEmpty else { continue }
      let set = clients(of: target, settings)
      // Two host ports may lead to one of the pod's.
      let ports = Set(mappings.map { PodPort(proto: $0.proto, number: $0.containerPort) })
      elements += ports.map { port in
        set.element([.address(address), .proto(port.proto), .service(port.number)], comment: owner.description)
      }
    }
  }

  private struct PodPort: Hashable {
    let proto: TransportProtocol
    let number: UInt16
  }

  /// The set that says which clients are masqueraded.
  private mutating func clients(of target: IPPrefix, _ settings: PortmapSettings) -> Table.Set {
    guard !settings.masqueradesAll else { return HostTable.masqueradedAll(target.address.family) }
    let rules = SubnetRules(near: target, in: owner.network)
    subnets.insert(rules)
    return rules.set
  }

  private func entry(_ mapping: PortMapping, to target: IPAddress) -> Table.Element {
    let port: [DataType.Value] = [.proto(mapping.proto), .service(mapping.hostPort)]
    let value: [DataType.Value] = [.address(target), .service(mapping.containerPort)]
    guard let address = mapping.hostIP, !address.isUnspecified else {
      return HostTable.ports(target.family).element(port, to: value, comment: owner.description)
    }
    return HostTable.portsOn(target.family).element([.address(address)] + port, to: value, comment: owner.description)
  }

  /// What keeps pods of a link from the host's own addresses, where `route_localnet` lets packets come and go there. A bridge's is
  /// all its pods', any other the pod's own.
  mutating func guardLocalAddresses(at link: Link) {
    let isShared = link.kind == "bridge"
    let element = HostTable.localnet.element(.ifname(link.name), comment: isShared ? link.name : owner.description)
    if isShared { shared.append(element) } else { elements.append(element) }
  }
}
