extension Catalogue {
  /// Who reaches whom, over both protocols and in each family that the network gives.
  static let reach: [Case] = TransportProtocol.allCases.flatMap { carrier -> [Case] in
    [
      .traffic(
        "pod-to-pod-\(carrier.rawValue)", .must, "A pod reaches another one of its network over \(carrier.words).",
        basis: attached
      ) { trial in
        try trial.skipIsolated()
        let (one, two) = (try trial.wire(), try trial.wire())
        for family in two.families {
          let server = try trial.server(carrier, in: two, family)
          try trial.reach(server, from: one.place)
        }
      },
      .traffic(
        "host-to-pod-\(carrier.rawValue)", .should, "The host reaches a pod over \(carrier.words).",
        basis: "Runtimes probe containers from the host; the reference bridge and ptp give the host a way to each pod"
      ) { trial in
        let pod = try trial.wire()
        try trial.skipApart(pod)
        for family in pod.families { try trial.reach(try trial.server(carrier, in: pod, family), from: .host) }
      },
      .traffic(
        "pod-to-host-\(carrier.rawValue)", .should, "A pod reaches its host over \(carrier.words).",
        basis: "The reference bridge and ptp give the pod a way to the host"
      ) { trial in
        let pod = try trial.wire()
        try trial.skipApart(pod)
        for family in pod.families {
          let server = try Server(carrier, at: try trial.hostAddress(for: pod, family), in: .host)
          try trial.reach(server, from: pod.place)
        }
      },
      .traffic(
        "pod-to-outside-\(carrier.rawValue)", .should,
        "A pod that has a default route reaches what is beyond the host over \(carrier.words).", basis: attached
      ) { trial in
        let world = trial.world
        let pod = try trial.wire()
        for family in try trial.familiesWithDefaultRoute(pod) {
          try trial.reach(try Server(carrier, at: Trial.worldAddress(family), in: world), from: pod.place)
        }
      },
    ]
  }

  private static let attached =
    "CNI 1.1.0, section 4, ADD: the interface is created or adjusted so that the container is on the network"
}
