import CNI
import Glibc
import JSON
import LinuxKernel

extension Catalogue {
  /// Large packets, many bytes, and how fast they go.
  static let packets: [Case] = [
    .traffic(
      "full-size-packets", .must,
      "A packet as large as the MTU of the pod's interface reaches other pods and the host in one piece.",
      basis: "CNI 1.1.0, section 5, mtu; all ends of a link must agree, or large packets vanish"
    ) { trial in
      try trial.exchangePackets(fragmented: false)
    },
    .traffic(
      "fragments", .should, "A datagram larger than the MTU reaches other pods, the host and the outside in fragments.",
      basis: "RFC 791 and RFC 8200: fragments are put together where they arrive, also behind address translation"
    ) { trial in
      try trial.exchangePackets(fragmented: true)
    },
    .traffic(
      "bulk", .must, "A megabyte over TCP arrives whole in both directions, between pods and to the host.",
      basis: "Checksums and segments that an interface's offloads spoil show in streams only"
    ) { trial in
      try trial.skipIsolated()
      let (one, two) = (try trial.wire(), try trial.wire())
      for family in two.families {
        try trial.carryBulk(to: try trial.server(.tcp, in: two, family), from: one.place)
        guard one.meetsHost else { continue }
        let host = try Server(.tcp, at: try trial.hostAddress(for: one, family), in: .host)
        try trial.carryBulk(to: host, from: one.place)
      }
    },
    .traffic(
      "rate", .should, "With the capability bandwidth, what a pod sends and gets is about as fast as was asked for.",
      basis: "CNI conventions, bandwidth: ingressRate and egressRate in bits a second, bursts in bits"
    ) { trial in
      try trial.needs(capability: "bandwidth")
      if trial.hasOwnRate {
        try trial.skip("the configuration has rates of its own, which the capability does not change")
      }
      let limits: JSONObject = [
        "ingressRate": .number("\(Rate.bits)"), "ingressBurst": .number("\(Rate.burst)"),
        "egressRate": .number("\(Rate.bits)"), "egressBurst": .number("\(Rate.burst)"),
      ]
      let pod = try trial.wire(["bandwidth": .object(limits)])
      try trial.skipApart(pod)
      guard let family = pod.families.first else { return }
      let server = try Server(.tcp, at: try trial.hostAddress(for: pod, family), in: .host)
      do {
        let stream = try Stream(to: server, from: pod.place)
        try trial.expectRate("egress", try Rate.measure(from: stream.caller, to: stream.accepted))
        try trial.expectRate("ingress", try Rate.measure(from: stream.accepted, to: stream.caller))
      } catch let failure as Stream.Failure {
        trial.violate("a pod with a rate cannot carry \(Rate.bytes) bytes: \(failure.words)")
      }
    },
  ]
}

/// What the trial of a rate asks for: half a second's worth, of which the burst is a small part.
private enum Rate {
  static let bits = 16_000_000
  static let burst = 800_000
  static let bytes = 1_000_000

  /// The megabits a second at which the bytes went, what the burst lets through at once taken off.
  static func measure(from sender: Socket, to receiver: Socket) throws -> Double {
    let time = try Stream.carry(Server.greeting(bytes), from: sender, to: receiver, within: .seconds(5))
    return Double(bytes * 8 - burst) / 1e6 / (time / .seconds(1))
  }
}

extension Trial {
  fileprivate var hasOwnRate: Bool {
    subject.list.plugins[0..<subject.range.upperBound].contains { plugin in
      plugin.capabilities.contains("bandwidth")
        && ["ingressRate", "ingressBurst", "egressRate", "egressBurst"].contains {
          plugin.object.value(ignoringCase: $0) != nil
        }
    }
  }

  fileprivate func expectRate(_ direction: String, _ megabits: Double) throws {
    measured("\(direction) Mbit/s", megabits)
    let asked = Double(Rate.bits) / 1e6
    expect(
      (asked * 0.4...asked * 1.3).contains(megabits),
      "\(direction) goes at \(decimal(megabits)) Mbit/s, \(decimal(asked)) were asked for")
  }

  fileprivate func carryBulk(to server: Server, from client: Place) throws {
    let bytes = Server.greeting(1 << 20)
    do {
      let stream = try Stream(to: server, from: client)
      _ = try Stream.carry(bytes, from: stream.caller, to: stream.accepted, within: .seconds(5))
      _ = try Stream.carry(bytes, from: stream.accepted, to: stream.caller, within: .seconds(5))
    } catch let failure as Stream.Failure {
      violate("between \(client.name) and \(server.place.name) at \(server.endpoint): \(failure.words)")
    }
  }

  /// Exchanges datagrams as large as the pod's MTU, or 8000 bytes in fragments.
  fileprivate func exchangePackets(fragmented: Bool) throws {
    let (one, two) = (try wire(), try wire())
    let mtu = try one.place.mtu(of: one.pod.interfaceName)
    for family in two.families {
      let headers = family == .v4 ? 28 : 48
      let size = fragmented ? max(8000, min(2 * mtu, 60000)) : min(mtu - headers, 60000)
      var servers: [Server] = []
      if one.meetsHost { servers.append(try Server(.udp, at: try hostAddress(for: one, family), in: .host)) }
      if !keepsPodsApart { servers.append(try server(.udp, in: two, family)) }
      if fragmented, !one.result.routes.filter({ $0.destination == .everything(family) }).isEmpty {
        servers.append(try Server(.udp, at: Self.worldAddress(family), in: world))
      }
      for server in servers {
        try exchange(server, from: one.place, bytes: size, whole: !fragmented, mtu: mtu)
      }
    }
  }

  private func exchange(_ server: Server, from client: Place, bytes: Int, whole: Bool, mtu: Int) throws {
    let family = server.endpoint.address.family
    let caller = try Socket.open(.udp, family, in: client)
    if whole {
      try caller.forbidFragments(family)
      try server.socket.forbidFragments(family)
    }
    let meeting = try server.meet(caller, at: server.endpoint, saying: bytes)
    expect(
      meeting.isAnswered,
      "\(bytes) bytes over UDP\(whole ? " in one piece" : ""), at an MTU of \(mtu), from \(client.name) to "
        + "\(server.place.name) at \(server.endpoint): \(meeting.failure ?? "")")
  }
}

extension Socket {
  /// Has the kernel send packets whole or not at all.
  fileprivate func forbidFragments(_ family: IPAddress.Family) throws {
    if family == .v4 {
      try set(CInt(IPPROTO_IP), IP_MTU_DISCOVER, IP_PMTUDISC_DO)
    } else {
      try set(CInt(IPPROTO_IPV6), IPV6_MTU_DISCOVER, IPV6_PMTUDISC_DO)
    }
  }
}
