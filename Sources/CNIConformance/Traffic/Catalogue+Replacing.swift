import JSON
import LinuxKernel

extension Catalogue {
  /// What becomes of traffic when pods come and go, and between several interfaces.
  static let replacing: [Case] = [
    .traffic(
      "none-after-del", .must, "After DEL nobody reaches the pod any more, and it reaches nobody.",
      basis: "CNI 1.1.0, section 4, DEL: the container is removed from the network"
    ) { trial in
      let (pod, other) = (try trial.wire(), try trial.wire())
      var servers: [Server] = []
      for (carrier, family) in pod.kinds { servers.append(try trial.server(carrier, in: pod, family)) }
      let caller = try trial.caller(of: pod)
      for server in servers { try trial.reach(server, from: caller) }
      try trial.unwire(pod)
      for server in servers { try trial.missReach(server, from: caller, "though DEL has succeeded") }
      for (carrier, family) in other.kinds {
        let server = try trial.server(carrier, in: other, family)
        try trial.missReach(server, from: pod.place, "though its own DEL has succeeded")
        try trial.reach(server, from: caller)
      }
    },
    .traffic(
      "same-address-again", .should,
      "A pod that gets the address of one that is gone is reached once it has spoken, though others know another MAC.",
      basis: "Who asks for an address tells its own (RFC 826, RFC 4861); nothing of the old pod may stand against that"
    ) { trial in
      let other = try trial.wire()
      for family in other.families { try replaceAndCall(trial, other, family, speaksFirst: true) }
    },
    .traffic(
      "same-address-at-once", .quality,
      "A pod that gets the address of one that is gone is reached at once, though others know another MAC.",
      basis: "The reference plugins mean to announce addresses (arp_notify); without, neighbours err for half a minute"
    ) { trial in
      let other = try trial.wire()
      for family in other.families { try replaceAndCall(trial, other, family, speaksFirst: false) }
    },
    .traffic(
      "two-interfaces", .should, "A pod that is attached twice, by two interfaces, is reached at both addresses.",
      basis: "CNI 1.1.0, section 2: a container may be attached several times, with different interface names"
    ) { trial in
      let first = try trial.wire()
      var again = first.pod
      again.interfaceName = "net1"
      let second = try trial.wire(again)
      trial.expect(
        Set(first.addresses.map(\.address)).isDisjoint(with: second.addresses.map(\.address)),
        "both interfaces got \(first.addresses.map(\.description).joined(separator: ", "))")
      let caller = try trial.caller(of: first)
      for wired in [first, second] {
        for (carrier, family) in wired.kinds {
          try trial.reach(try trial.server(carrier, in: wired, family), from: caller)
        }
      }
      try trial.unwire(second)
      // Either interface answers for both addresses: what others know may be the MAC of the one that is gone.
      try caller.forgetNeighbours()
      for (carrier, family) in first.kinds {
        try trial.reach(try trial.server(carrier, in: first, family), from: caller)
      }
    },
    .traffic(
      "others-hear-nothing", .quality, "What one pod sends to another, a third one does not hear.",
      basis: "A bridge sends frames to the port that the address was learned at, unless it is set to flood"
    ) { trial in
      let (one, two, third) = (try trial.wire(), try trial.wire(), try trial.wire())
      for family in two.families {
        let server = try trial.server(.udp, in: two, family)
        // Now every table on the way knows both.
        guard try trial.reach(server, from: one.place).isAnswered else { continue }
        let ear = try Ear(in: third.place, interface: third.pod.interfaceName)
        let secret = Server.greeting(64)
        let caller = try Socket.open(.udp, family, in: one.place)
        for _ in 0..<5 { _ = caller.send(secret, to: server.endpoint) }
        trial.expect(
          !ear.hears(secret, within: .milliseconds(200)),
          "\(third.place.name) hears what \(one.place.name) sends to \(server.endpoint)")
      }
    },
  ]

  /// Replaces a pod by one with the same address of a family, while another pod and the host know the old one's MAC.
  private static func replaceAndCall(
    _ trial: Trial, _ other: Wired, _ family: IPAddress.Family, speaksFirst: Bool
  ) throws {
    let old = try trial.wire()
    let address = try trial.require(old.address(family), "the second pod has no \(family.words) address")
    let places = other.meetsHost ? [other.place, .host] : [other.place]
    let server = try Server(.tcp, at: address, in: old.place)
    for place in places { try trial.reach(server, from: place) }
    try trial.unwire(old)
    var pod = try trial.pod()
    pod.arguments = "IgnoreUnknown=1;IP=\(address)"
    let new = try trial.wire(pod)
    guard new.address(family) == address else { try trial.skip("the network gives no address that is asked for") }
    let successor = try Server(.tcp, at: address, port: server.endpoint.port, in: new.place)
    if speaksFirst {
      try trial.reach(try trial.server(.tcp, in: other, family), from: new.place)
      if new.meetsHost {
        try trial.reach(
          try Server(.tcp, at: try trial.hostAddress(for: new, family), in: .host), from: new.place)
      }
    }
    for place in places { try trial.reach(successor, from: place, within: .milliseconds(1100)) }
    try trial.unwire(new)
  }
}
