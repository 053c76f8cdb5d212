import JSON

extension Catalogue {
  /// The pod itself, and other pods.
  static let leakPods: [Case] = [
    Case(
      .leak, "pod", .must,
      "After DEL a pod whose network namespace stays has the links, addresses, routes, rules and filters that it had before ADD.",
      basis: LeakBasis.delete, on: .all
    ) { trial in
      let kinds: Set<Snapshot.Kind> = [.link, .address, .route, .rule, .neighbour, .qdisc, .nftables, .fdb, .vlan]
      trial.judge(try trial.round(RoundJudge(kinds: kinds, places: [.pod])), "after DEL")
    },
    Case(
      .leak, "pod-sysctls", .should,
      "After DEL the kernel's parameters of a pod whose network namespace stays are as before ADD.",
      basis: LeakBasis.delete, on: .all
    ) { trial in
      trial.judge(try trial.round(RoundJudge(kinds: [.sysctl], places: [.pod])), "after DEL")
    },
    Case(
      .leak, "previous-pod-intact", .must,
      "ADD and DEL of one pod change nothing of another one that is attached.", basis: LeakBasis.isolation,
      on: .networks
    ) { trial in
      let usual = try trial.warmUp()
      let pod = try trial.pod()
      let result = try trial.attachUnderTest(pod, try trial.prepare(pod))
      let before = try trial.snapshot(usual.kinds, pod)
      let other = try trial.pod()
      let otherResult = try trial.attachUnderTest(other, try trial.prepare(other))
      try trial.detachUnderTest(other, otherResult, mustDetach: false)
      var judge = usual
      judge.places = [.host, .pod]
      let marks = PodMarks(other, result: otherResult)
      trial.judge(try trial.settle(judge, marks, from: before, pod), "after another pod has come and gone")
      try trial.detachUnderTest(pod, result, mustDetach: false)
    },
    Case(
      .leak, "other-interface-intact", .should,
      "ADD and DEL of a container's second interface change nothing of the first.", basis: LeakBasis.isolation,
      on: .networks
    ) { trial in
      let usual = try trial.warmUp()
      let pod = try trial.pod()
      let result = try trial.attachUnderTest(pod, try trial.prepare(pod))
      let before = try trial.snapshot(usual.kinds)
      var second = pod
      second.interfaceName = "net1"
      let added = try trial.addUnderTest(second, try trial.prepare(second))
      guard added.succeeded else { try trial.skip("the container gets no second interface: \(added.outcome)") }
      try trial.detachUnderTest(second, added.outcomeDocument, mustDetach: false)
      let marks = PodMarks(second, result: added.outcomeDocument)
      trial.judge(try trial.settle(usual, marks, from: before, nil), "after net1 has come and gone")
      try trial.detachUnderTest(pod, result, mustDetach: false)
    },
  ]
}
