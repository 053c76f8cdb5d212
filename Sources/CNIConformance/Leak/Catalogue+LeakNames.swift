import JSON

extension Catalogue {
  /// What bears a pod's name, wherever it lies.
  static let leakNames: [Case] = [
    Case(
      .leak, "container-id-anywhere", .must,
      "After DEL nothing bears the container's id: no file's name or content, no link, alias, chain, rule or process.",
      basis: LeakBasis.delete, on: .all
    ) { trial in
      try anywhere(trial) { $0.identifier(in: $1) }
    },
    Case(
      .leak, "address-anywhere", .must,
      "After DEL, while another pod has an address of its own, nothing bears the address that is free again.",
      basis: LeakBasis.delete, on: .networks
    ) { trial in
      try anywhere(trial) { $0.address(in: $1) }
    },
    Case(
      .leak, "kept", .should,
      "What stays after the last DEL is a bridge and what belongs to it, forwarding, empty chains, or state that is written anew each time.",
      basis: "the reference plugins keep these, and nothing else that another program would notice", on: .all
    ) { trial in
      let kinds = Set(Snapshot.Kind.allCases)
      let round = try trial.round(RoundJudge(kinds: kinds, isFirst: true))
      for change in round.difference.changes where change.item.place == .host && !isKeptByAll(change, round) {
        trial.violate("\(change.words) after the last DEL")
      }
    },
  ]

  /// Another pod has come meanwhile, so that what tells of the last one tells of that.
  private static func anywhere(_ trial: Trial, _ mark: (PodMarks, Snapshot.Item) -> String?) throws {
    let kinds = Snapshot.Kind.objects
    let (first, second) = (try trial.pod(), try trial.pod())
    let previous = try trial.prepare(first)
    let before = try trial.snapshot(kinds)
    let result = try trial.attachUnderTest(first, previous)
    let otherPrevious = try trial.prepare(second)
    let other = try trial.addUnderTest(second, otherPrevious)
    let otherMarks = PodMarks(second, result: other.outcomeDocument)
    try trial.detachUnderTest(first, result, mustDetach: false)
    let marks = PodMarks(first, result: result)
    let links = Set(before.items.values.map(\.identity))
    let found = try trial.snapshot(kinds).bearing { item in
      // What was there before ADD is of the plugins before these. The same address may be everybody's.
      guard !links.contains(item.identity), let found = mark(marks, item), mark(otherMarks, item) != found else {
        return nil
      }
      return found
    }
    for (item, found) in found.prefix(12) { trial.violate("\(item.words) still bears \(found) after DEL") }
  }

  private static func isKeptByAll(_ change: SnapshotDifference.Change, _ round: Round) -> Bool {
    // Other cases tell of what is the pod's.
    if round.leaks.contains(change) || round.judge.isPassing(change) { return true }
    let item = change.item
    switch item.kind {
    case .link: return item.details.hasPrefix("bridge") && change.before == nil
    case .address, .route, .fdb, .vlan, .nftables, .iptables: return change.before == nil
    case .sysctl:
      // With forwarding the kernel itself takes redirects no more.
      return ["forward", "route_localnet", "bridge-nf-call", "accept_ra", "accept_redirects"]
        .contains { item.identity.contains($0) }
    case .file: return change.before == nil && ["/run/", "/var/"].contains { item.identity.hasPrefix($0) }
    case .rule, .neighbour, .qdisc, .mount, .cgroup, .process: return false
    }
  }
}
