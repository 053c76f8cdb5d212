import CNI

extension Catalogue {
  /// What shows only after many pods.
  static let leakMany: [Case] = [
    Case(
      .leak, "hundred-rounds", .must, "A hundred pods that come and go leave no more than one does.",
      basis: LeakBasis.delete, on: .networks
    ) { trial in
      guard trial.subject.range.count == trial.subject.list.plugins.count else {
        try trial.skip("the chain as a whole shows it")
      }
      let judge = try trial.warmUp(Set(Snapshot.Kind.allCases))
      let before = try trial.snapshot(judge.kinds)
      for number in 1...100 {
        let pod = try trial.pod()
        let call = try trial.addUnderTest(pod, nil)
        try trial.require(call.succeeded, "ADD of pod \(number) failed: \(call.outcome)")
        try trial.detachUnderTest(pod, call.outcomeDocument)
        try trial.putAway(pod, call.outcomeDocument)
      }
      let nobody = Pod(containerID: "", networkNamespace: "")
      trial.judge(try trial.settle(judge, PodMarks(nobody), from: before, nil), "after a hundred pods")
    }
  ]
}
