import CNI
import CNIPlugin
import LinuxKernel
import Netfilter
import Netlink

/// What the host has to do with a pod's ports beyond the table.
extension PortmapSettings {
  /// The link by which packets of the host's own 127.0.0.0/8 would go to the pod; nil where there is none, or a router in between.
  func localLink() throws -> Link? {
    guard let localTarget else { return nil }
    let socket = try RouteSocket()
    guard let route = try socket.route(to: localTarget), route.gateway == nil, let index = route.linkIndex else {
      return nil
    }
    return try socket.link(index: index)
  }

  /// A port on one address and the same port on all of them would have the same packets; by their keys the table cannot tell.
  func refuseTakenPorts(_ host: HostRuleset, _ owner: LinkOwner) throws {
    let isWildcard = { (mapping: PortMapping) in mapping.hostIP?.isUnspecified ?? true }
    for family in targets.map(\.address.family) {
      let mine = mappings.filter { $0.applies(to: family) }
      let others =
        try mine.filter { !isWildcard($0) }
        .compactMap {
          try host.ruleset.find(HostTable.ports(family).element([.proto($0.proto), .service($0.hostPort)]))
        }
        + (mine.contains(where: isWildcard) ? host.specificPorts(family) : []).filter { element in
          mine.contains { isWildcard($0) && element.key.suffix(2) == [.proto($0.proto), .service($0.hostPort)] }
        }
      if let other = others.first(where: { !owner.isOfSameContainer(as: $0.comment) }) { throw TableConflict(other) }
    }
  }

  /// Ends the flows of datagrams that began before, which would keep going where they went: for as long as packets come, the
  /// kernel asks no rule.
  func endOldFlows<Configuration>(_ call: PluginCall<Configuration>) {
    guard !datagramPorts.isEmpty else { return }
    do {
      let flows = try Conntrack()
      for (family, port) in datagramPorts { try flows.deleteFlows(family, .udp, originalDestinationPort: port) }
    } catch {
      call.remark("flows of UDP that began before may go where they went: \(error)")
    }
  }

  /// A process that listens on a port gets nothing more that comes from elsewhere.
  func remarkListeners<Configuration>(_ call: PluginCall<Configuration>) {
    do {
      let sockets = try SocketDiagnostics()
      for (proto, kernel) in [(TransportProtocol.tcp, SocketDiagnostics.Proto.tcp), (.udp, .udp)] {
        let mine = mappings.filter { $0.proto == proto }
        guard !mine.isEmpty else { continue }
        let listeners = try [.v4, .v6].flatMap { try sockets.listeners($0, kernel) }
        let byPort = Dictionary(grouping: listeners, by: \.port)
        for mapping in mine where byPort[mapping.hostPort]?.contains(where: mapping.takes) == true {
          call.remark(
            "a process of the host listens on the port \(mapping.hostPort)/\(proto): the pod takes it over")
        }
      }
    } catch {
      call.remark("whether processes of the host listen on the pod's ports is not known: \(error)")
    }
  }
}

extension PortMapping {
  /// Whether what comes to a socket of its port goes to the pod.
  fileprivate func takes(from socket: ListeningSocket) -> Bool {
    guard let hostIP, !hostIP.isUnspecified else { return true }
    return socket.address.isUnspecified || socket.address == hostIP
  }
}
