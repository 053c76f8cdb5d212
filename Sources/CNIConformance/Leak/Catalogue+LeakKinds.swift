extension Catalogue {
  /// One kind of thing each, on the host.
  static let leakKinds: [Case] = [
    kind("links", [.link], "no link", mustAttach: true),
    kind("addresses", [.address], "no address on a link that stays"),
    kind("routes", [.route], "no route, of whatever table"),
    kind("rules", [.rule], "no routing rule"),
    kind("neighbours", [.neighbour], "no permanent or proxied neighbour"),
    kind("fdb", [.fdb, .vlan], "no forwarding entry and no VLAN of a bridge"),
    kind("qdiscs", [.qdisc], "no queueing discipline on a link that stays"),
    kind("nftables", [.nftables], "no chain, rule, set, element or other object of nftables for the pod"),
    kind("iptables", [.iptables], "no chain and no rule of iptables for the pod"),
    kind("sysctls", [.sysctl], "no change of the kernel's parameters"),
    kind("mounts", [.mount], "no mount"),
    kind("cgroups", [.cgroup], "no cgroup"),
    kind("processes", [.process], "no process for the pod"),
    kind("files", [.file], "no file and no directory for the pod"),
  ]

  private static func kind(
    _ name: String, _ kinds: Set<Snapshot.Kind>, _ what: String, mustAttach: Bool = false
  ) -> Case {
    Case(
      .leak, name, .must, "After DEL \(what) is left on the host that was not there before ADD.",
      basis: LeakBasis.delete, on: .all
    ) { trial in
      for number in 1...2 {
        let round = try trial.round(RoundJudge(kinds: kinds, isFirst: number == 1), mustAttach: mustAttach)
        trial.judge(round, "after DEL of the \(number == 1 ? "first" : "second") pod")
        guard round.leaks.isEmpty else { return }
      }
    }
  }
}
