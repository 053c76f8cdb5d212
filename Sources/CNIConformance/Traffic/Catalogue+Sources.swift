import CNI
import LinuxKernel
import Netlink

extension Catalogue {
  /// As whom one is seen, and by which way one goes.
  static let sources: [Case] = [
    .traffic(
      "source-among-pods", .should, "Pods of one network, and the host, see a pod by its own address.",
      basis: "The reference plugins translate no address within a network"
    ) { trial in
      let (one, two) = (try trial.wire(), try trial.wire())
      for (carrier, family) in two.kinds {
        let own = try trial.require(one.address(family), "the first pod has no \(family.words) address")
        let server = try trial.server(carrier, in: two, family)
        try trial.expectSource(own, try trial.reach(server, from: one.place), at: server)
        guard one.meetsHost else { continue }
        let host = try Server(carrier, at: try trial.hostAddress(for: one, family), in: .host)
        try trial.expectSource(own, try trial.reach(host, from: one.place), at: host)
      }
    },
    .traffic(
      "source-outside", .should,
      "With ipMasq the outside sees the host's address in place of the pod's, and without it the pod's own.",
      basis: "Reference plugins bridge and ptp, ipMasq"
    ) { trial in
      let world = trial.world
      let pod = try trial.wire()
      for family in try trial.familiesWithDefaultRoute(pod) {
        for carrier in TransportProtocol.allCases {
          let server = try Server(carrier, at: Trial.worldAddress(family), in: world)
          let own = try trial.require(pod.address(family), "the pod has no \(family.words) address")
          let expected = trial.declares("ipMasq") ? Trial.hostAddress(family) : own
          try trial.expectSource(expected, try trial.reach(server, from: pod.place), at: server)
        }
      }
    },
    .traffic(
      "default-route", .must, "A default route of the result is in the pod, by the gateway that the result tells.",
      basis: "CNI 1.1.0, section 5: routes are what was configured; without gw, the gateway of the address is meant"
    ) { trial in
      let pod = try trial.wire()
      let families = try trial.familiesWithDefaultRoute(pod)
      let socket = try pod.place.routeSocket()
      for family in families {
        let far = Trial.farAddress(family)
        let route = try trial.require(
          try socket.route(to: far), "the pod has no way to \(far), though the result has a default route")
        let link = try route.linkIndex.map { try socket.link(index: $0).name }
        trial.expect(
          link == pod.pod.interfaceName,
          "the pod's way to \(far) is by \(link ?? "no link"), not by \(pod.pod.interfaceName)")
        let told = pod.result.routes.first { $0.destination == .everything(family) }?.gateway
        guard let gateway = told.flatMap({ IPAddress($0) }) ?? pod.gateway(family) else { continue }
        trial.expect(
          route.gateway == gateway,
          "the pod's way to \(far) is by \(route.gateway.map(\.description) ?? "no gateway"), the result says \(gateway)"
        )
      }
    },
    .traffic(
      "dns-plausible", .should, "What the result says of DNS a resolver can be given.",
      basis: "CNI 1.1.0, section 5: nameservers are addresses, in order of priority; domain and search are names"
    ) { trial in
      let dns = try trial.wire().result.dns
      if dns.isEmpty { try trial.skip("the result says nothing of DNS") }
      for server in dns.nameservers {
        trial.expect(IPAddress(server) != nil, "the name server \(server) is no address")
      }
      for name in dns.search + [dns.domain].compactMap(\.self) {
        trial.expect(isName(name), "\(name) is no name that a resolver can look in")
      }
      trial.expect(
        dns.options.allSatisfy { !$0.isEmpty && !$0.contains(where: \.isWhitespace) },
        "the options are no words: \(dns.options)")
    },
  ]

  /// Labels of 63 bytes at most, 253 in all, without blanks: what resolv.conf(5) can hold.
  private static func isName(_ text: String) -> Bool {
    guard !text.isEmpty, text.utf8.count <= 254, !text.contains(where: \.isWhitespace) else { return false }
    let name = text.hasSuffix(".") ? String(text.dropLast()) : text
    return name.split(separator: ".", omittingEmptySubsequences: false).allSatisfy {
      (1...63).contains($0.utf8.count) || name.isEmpty
    }
  }
}

extension Wired {
  /// Both protocols in each family.
  var kinds: [(TransportProtocol, IPAddress.Family)] {
    families.flatMap { family in TransportProtocol.allCases.map { ($0, family) } }
  }
}

extension Trial {
  /// Expects that the server saw the client by an address; what was not answered at all is noted already.
  func expectSource(_ expected: IPAddress, _ meeting: Meeting, at server: Server) throws {
    guard let seen = meeting.seenFrom else { return }
    expect(
      seen == expected,
      "\(server.place.name), called at \(server.endpoint) over \(server.carrier.words), sees \(seen), not \(expected)")
  }
}
