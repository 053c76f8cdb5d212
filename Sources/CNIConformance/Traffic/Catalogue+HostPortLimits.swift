import LinuxKernel

extension Catalogue {
  /// What a mapping is for, and what it leaves alone.
  static let hostPortLimits: [Case] = [
    .traffic(
      "ports-several", .must, "Each of several mapped ports leads to its own port of the pod.",
      basis: "CNI conventions, portMappings is a list"
    ) { trial in
      let mappings =
        PortMapping.both() + PortMapping.both(from: 18081, to: 8443) + PortMapping.both(from: 443, to: 9000)
      let pod = try trial.wirePorts(mappings)
      try trial.reachPorts(mappings, of: pod, from: trial.world) { Trial.hostAddress($0) }
    },
    .traffic(
      "port-of-one-address", .must, "A mapping with hostIP is for that address of the host and for no other.",
      basis: "CNI conventions, portMappings: hostIP, where it is given, is the address to forward from"
    ) { trial in
      try trial.needs(capability: "portMappings")
      for family in try trial.wire().families { try tryHostIP(trial, family) }
    },
    .traffic(
      "port-of-host-only", .must,
      "A connection through the host to somebody else's port of the same number goes to whom it is meant for.",
      basis: "A mapping is of the host's own addresses (reference plugin portmap: destinations that are local)"
    ) { trial in
      let mappings = PortMapping.both()
      let pod = try trial.wirePorts(mappings)
      let (world, other) = (trial.world, try trial.wire())
      for family in try trial.familiesWithDefaultRoute(other) {
        for mapping in mappings {
          let far = try Server(mapping.carrier, at: Trial.worldAddress(family), port: mapping.hostPort, in: world)
          for place in [other.place, pod.place, .host] { try trial.reach(far, from: place) }
        }
      }
    },
    .traffic(
      "port-source", .quality, "A pod sees by whom it is called from beyond the host through a port of the host.",
      basis: "Reference plugin portmap translates the source of calls from the host and its own pods only"
    ) { trial in
      let mappings = PortMapping.both()
      let pod = try trial.wirePorts(mappings)
      let world = trial.world
      for family in pod.families {
        for mapping in mappings {
          let server = try trial.server(mapping, in: pod, family)
          let target = Endpoint(Trial.hostAddress(family), mapping.hostPort)
          let meeting = try trial.reach(server, from: world, at: target)
          try trial.expectSource(Trial.worldAddress(family), meeting, at: server)
        }
      }
    },
  ]

  private static func tryHostIP(_ trial: Trial, _ family: IPAddress.Family) throws {
    var mappings = PortMapping.both()
    for index in mappings.indices { mappings[index].hostIP = Trial.hostAddress(family) }
    let pod = try trial.wirePorts(mappings)
    let world = trial.world
    for mapping in mappings {
      let server = try trial.server(mapping, in: pod, family)
      let target = Endpoint(Trial.hostAddress(family), mapping.hostPort)
      try trial.reach(server, from: world, at: target)
      let gateway = try trial.hostAddress(for: pod, family)
      guard gateway != target.address else { continue }
      try trial.missReach(
        server, from: world, at: Endpoint(gateway, mapping.hostPort), "though the mapping is for \(target.address)")
    }
    try trial.unwire(pod)
  }
}
