import LinuxKernel

extension Catalogue {
  /// Who reaches a pod by a port of the host.
  static let hostPorts: [Case] = TransportProtocol.allCases.flatMap { carrier -> [Case] in
    let mappings = PortMapping.both().filter { $0.carrier == carrier }
    func port(
      _ from: String, _ weight: Weight, _ who: String, _ body: @escaping @Sendable (Trial, Wired) throws -> Void
    ) -> Case {
      .traffic(
        "port-from-\(from)-\(carrier.rawValue)", weight,
        "\(who) reaches the pod by a port of the host over \(carrier.words).",
        basis: "CNI conventions, portMappings: hostPort of the host is forwarded to containerPort of the pod"
      ) { trial in
        try body(trial, try trial.wirePorts(mappings))
      }
    }
    return [
      port("outside", .must, "Somebody beyond the host") { trial, pod in
        try trial.reachPorts(mappings, of: pod, from: trial.world) { Trial.hostAddress($0) }
      },
      port("host", .must, "The host itself, at its own address,") { trial, pod in
        try trial.reachPorts(mappings, of: pod, from: .host) { Trial.hostAddress($0) }
      },
      port("localhost", .should, "The host itself, at 127.0.0.1,") { trial, pod in
        if pod.address(.v4) == nil { try trial.skip("the pod has no IPv4 address") }
        try trial.reachPorts(mappings, of: pod, from: .host) { $0 == .v4 ? IPAddress("127.0.0.1") : nil }
      },
      port("itself", .should, "The pod itself") { trial, pod in
        try trial.reachPorts(mappings, of: pod, from: pod.place) { Trial.hostAddress($0) }
      },
      port("pod", .should, "Another pod of the network") { trial, pod in
        let other = try trial.wire()
        try trial.reachPorts(mappings, of: pod, from: other.place) { Trial.hostAddress($0) }
      },
    ]
  }
}
