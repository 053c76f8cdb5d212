import CNI
import CNIPlugin
import Glibc
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
      if let other = others.first(where: { !owner.isNamed(by: $0.comment) }) { throw TableConflict(other) }
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
    for mapping in mappings where mapping.isListenedTo {
      call.remark(
        "a process of the host listens on the port \(mapping.hostPort)/\(mapping.proto): the pod takes it over")
    }
  }
}

extension PortMapping {
  /// Whether a socket has the port, which the kernel tells whoever tries to have it as well.
  fileprivate var isListenedTo: Bool {
    guard proto == .tcp || proto == .udp else { return false }
    let address = hostIP ?? IPAddress(family: .v4, value: 0)
    let isV4 = address.family == .v4
    let kind = proto == .tcp ? SOCK_STREAM : SOCK_DGRAM
    let descriptor = socket(isV4 ? AF_INET : AF_INET6, Int32(kind.rawValue) | O_CLOEXEC, 0)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    var isOn: Int32 = 1
    let length = socklen_t(MemoryLayout<Int32>.size)
    // What has ended and waits for late packets is no listener.
    if proto == .tcp { setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &isOn, length) }
    return withSocketAddress(address, hostPort) { bind(descriptor, $0, $1) } != 0 && errno == EADDRINUSE
  }
}

/// Lends an address and a port as socket calls take them.
private func withSocketAddress<T>(
  _ address: IPAddress, _ port: UInt16, _ body: (UnsafePointer<sockaddr>, socklen_t) -> T
) -> T {
  func lend<Address>(_ value: Address) -> T {
    withUnsafePointer(to: value) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<Address>.size)) }
    }
  }
  switch address.family {
  case .v4:
    var value = sockaddr_in()
    (value.sin_family, value.sin_port) = (sa_family_t(AF_INET), port.bigEndian)
    withUnsafeMutableBytes(of: &value.sin_addr) { $0.copyBytes(from: address.bytes) }
    return lend(value)
  case .v6:
    var value = sockaddr_in6()
    (value.sin6_family, value.sin6_port) = (sa_family_t(AF_INET6), port.bigEndian)
    withUnsafeMutableBytes(of: &value.sin6_addr) { $0.copyBytes(from: address.bytes) }
    return lend(value)
  }
}
