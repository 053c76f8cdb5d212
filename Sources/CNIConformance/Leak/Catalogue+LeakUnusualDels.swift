import JSON

extension Catalogue {
  /// DEL that is given less than it might be.
  static let leakUnusualDels: [Case] = [
    unusual(
      "del-without-netns", "DEL without CNI_NETNS, once the pod's network namespace is gone, leaves nothing.",
      takesNamespace: true
    ) { trial, pod, result in
      try trial.discard(pod)
      try trial.delUnderTest(pod, result) { $0["CNI_NETNS"] = "" }
    },
    unusual(
      "del-with-gone-netns", "DEL whose CNI_NETNS leads nowhere any more leaves nothing.", takesNamespace: true
    ) { trial, pod, result in
      try trial.discard(pod)
      try trial.delUnderTest(pod, result)
    },
    unusual("del-without-previous-result", "DEL without prevResult leaves nothing.") { trial, pod, _ in
      try trial.delUnderTest(pod, nil)
    },
    unusual("del-twice", "A second DEL succeeds, and changes nothing.") { trial, pod, result in
      try trial.delUnderTest(pod, result)
      try trial.delUnderTest(pod, result)
    },
  ]

  private static func unusual(
    _ name: String, _ expectation: String, takesNamespace: Bool = false,
    _ undo: @escaping @Sendable (Trial, Pod, JSON) throws -> Void
  ) -> Case {
    Case(.leak, name, .must, expectation, basis: LeakBasis.deleteTolerates, on: .all) { trial in
      var judge = try trial.warmUp()
      // What the plugins before these have made goes with the namespace.
      judge.mayMiss = takesNamespace && trial.subject.range.lowerBound > 0
      let round = try trial.round(judge) { pod, result in try undo(trial, pod, result) }
      trial.judge(round, "after it")
    }
  }
}
