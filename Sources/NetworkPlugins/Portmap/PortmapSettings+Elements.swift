import CNI
import LinuxKernel
import Netfilter

extension PortmapSettings {
  private static let few = 16

  /// What a pod has in the host's table: by its host ports, and by where they lead; by what bears the owner where a port is not
  /// found, and where the mappings need not be those of ADD.
  ///
  /// The previous result is not asked: it may have been lost, or spoilt, and the entries with it.
  func elements(of owner: LinkOwner, _ host: HostRuleset, isAll: Bool) throws -> [Table.Element] {
    let all = { try host.elements { !isMasquerading($0) }.filter { owner.isNamed(by: $0.comment) } }
    // More than a few are found sooner among all that there is.
    guard isAll, mappings.count <= Self.few else { return try all() }
    let subnets = try host.ruleset.sets(of: HostTable.table).compactMap(SubnetRules.init).filter { $0.kind == .near }
    var found: [Table.Element] = []
    for mapping in mappings {
      let ports = try host.own([IPAddress.Family.v4, .v6].flatMap { entries(mapping, $0) }, owner)
      guard !ports.isEmpty else { return try all() }
      found += ports
      found += try host.own(ports.flatMap { port in clients(mapping.proto, port, subnets) }, owner)
    }
    var seen: Set<Table.Element> = []
    // Two host ports may lead to one of the pod's.
    return found.filter { seen.insert($0).inserted }
  }

  private func entries(_ mapping: PortMapping, _ family: IPAddress.Family) -> [Table.Element] {
    guard mapping.applies(to: family) else { return [] }
    let port: [DataType.Value] = [.proto(mapping.proto), .service(mapping.hostPort)]
    guard let address = mapping.hostIP, !address.isUnspecified else { return [HostTable.ports(family).element(port)] }
    return [HostTable.portsOn(family).element([.address(address)] + port)]
  }

  /// Where it may say which clients of a port are masqueraded.
  private func clients(_ proto: TransportProtocol, _ port: Table.Element, _ subnets: [SubnetRules]) -> [Table.Element] {
    guard masquerades, case .address(let address)? = port.value?.first, case .service(let number)? = port.value?.last
    else {
      return []
    }
    let sets =
      masqueradesAll
      ? [HostTable.masqueradedAll(address.family)] : subnets.filter { $0.subnet.contains(address) }.map(\.set)
    return sets.map { $0.element([.address(address), .proto(proto), .service(number)]) }
  }
}
