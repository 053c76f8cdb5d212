import LinuxKernel

extension Catalogue {
  /// What becomes of ports of the host when pods come and go.
  static let hostPortChanges: [Case] = [
    .traffic(
      "port-closed-after-del", .must, "After DEL a port of the host leads nowhere, and the host can use it itself.",
      basis: "CNI 1.1.0, section 4, DEL: what ADD made for the container is undone"
    ) { trial in
      let mappings = PortMapping.both()
      let pod = try trial.wirePorts(mappings)
      let world = trial.world
      try trial.reachPorts(mappings, of: pod, from: world) { Trial.hostAddress($0) }
      try trial.unwire(pod)
      for family in pod.families {
        for mapping in mappings {
          let own = Trial.hostAddress(family)
          let server = try Server(mapping.carrier, at: own, port: mapping.hostPort, in: .host)
          try trial.reach(server, from: world)
        }
      }
    },
    .traffic(
      "port-of-next-pod", .must, "Once a pod is replaced, a port of the host leads to the new one.",
      basis: "CNI 1.1.0, section 4: DEL undoes, ADD makes"
    ) { trial in
      let mappings = PortMapping.both()
      let world = trial.world
      let old = try trial.wirePorts(mappings)
      try trial.reachPorts(mappings, of: old, from: world) { Trial.hostAddress($0) }
      try trial.unwire(old)
      let new = try trial.wirePorts(mappings)
      try trial.reachPorts(mappings, of: new, from: world) { Trial.hostAddress($0) }
    },
    .traffic(
      "port-of-other-pod-stays", .must, "DEL of one pod leaves the ports of the host that lead to another.",
      basis: "CNI 1.1.0, section 4, DEL is of one container and interface"
    ) { trial in
      let (ones, others) = (PortMapping.both(), PortMapping.both(from: 18090))
      let world = trial.world
      let (one, other) = (try trial.wirePorts(ones), try trial.wirePorts(others))
      try trial.reachPorts(ones, of: one, from: world) { Trial.hostAddress($0) }
      try trial.reachPorts(others, of: other, from: world) { Trial.hostAddress($0) }
      try trial.unwire(one)
      try trial.reachPorts(others, of: other, from: world) { Trial.hostAddress($0) }
    },
    .traffic(
      "port-udp-flow-follows", .should,
      "A flow over UDP that goes on while a pod is replaced reaches the new pod, though the kernel tracked it to the old.",
      basis: "Reference plugin portmap deletes tracked flows to its ports after ADD; containernetworking/plugins#123"
    ) { trial in
      let mappings = PortMapping.both().filter { $0.carrier == .udp }
      for family in try trial.wirePorts([]).families { try followFlow(trial, mappings, family) }
    },
  ]

  /// One socket of the outside that calls the old pod, nobody, and then the new one, by the same port.
  private static func followFlow(_ trial: Trial, _ mappings: [PortMapping], _ family: IPAddress.Family) throws {
    guard let mapping = mappings.first else { return }
    let target = Endpoint(Trial.hostAddress(family), mapping.hostPort)
    let old = try trial.wirePorts(mappings)
    let caller = try Socket.open(.udp, family, in: trial.world)
    let before = try trial.server(mapping, in: old, family).meet(caller, at: target)
    try trial.require(
      before.isAnswered, "the outside does not reach the first pod at \(target): \(before.failure ?? "")")
    try trial.unwire(old)
    // Between the two the flow goes on, as a resolver's or a logger's would, and is tracked to whatever takes it.
    for _ in 0..<3 {
      _ = caller.send([0], to: target)
      pause(.milliseconds(20))
    }
    let new = try trial.wirePorts(mappings)
    let after = try trial.server(mapping, in: new, family).meet(caller, at: target)
    trial.expect(
      after.isAnswered,
      "a flow to \(target) that went on does not reach the new pod at \(new.address(family).map(\.description) ?? "?"): "
        + (after.failure ?? ""))
    try trial.unwire(new)
  }
}
