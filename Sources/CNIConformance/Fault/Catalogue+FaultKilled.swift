import CNI
import Glibc
import JSON

extension Catalogue {
  /// Calls that are cut off.
  static let faultKilled: [Case] = [
    cutOff("add-killed", .add, "ADD is killed", "ADD was killed", moments: 8) { Adversity(signal: (SIGKILL, $0)) },
    cutOff("add-terminated", .add, "ADD gets SIGTERM", "ADD got SIGTERM", moments: 4) {
      Adversity(signal: (SIGTERM, $0))
    },
    cutOff("add-caller-gone", .add, "the caller of ADD is gone", "the caller of ADD was gone", moments: 3) {
      Adversity(callerGoneAfter: $0)
    },
    cutOff("del-killed", .del, "DEL is killed", "DEL was killed", moments: 8) { Adversity(signal: (SIGKILL, $0)) },
    cutOff("del-terminated", .del, "DEL gets SIGTERM", "DEL got SIGTERM", moments: 4) {
      Adversity(signal: (SIGTERM, $0))
    },
    cutOff("del-caller-gone", .del, "the caller of DEL is gone", "the caller of DEL was gone", moments: 3) {
      Adversity(callerGoneAfter: $0)
    },
  ]

  private static func cutOff(
    _ name: String, _ verb: Verb, _ words: String, _ past: String, moments: Int,
    _ adversity: @escaping @Sendable (Duration) -> Adversity
  ) -> Case {
    Case(
      .fault, name, .must,
      "Whenever \(words), the DEL that follows succeeds and leaves nothing, and the pod can be attached again.",
      basis: FaultBasis.killed, on: .networks
    ) { trial in
      let judge = try trial.warmUp()
      let times = try trial.measureVerbs()
      let before = try trial.snapshot(judge.kinds)
      let time = verb == .add ? times.add : times.del
      for moment in trial.moments(moments, in: time) {
        let pod = try trial.pod()
        var result = verb == .add ? nil : try trial.attachUnderTest(pod, nil)
        let read = try trial.run(verb, pod, result, under: adversity(moment))
        if verb == .add { result = read }
        let when = "after \(past) \(moment.words) from its start (of \(time.words))"
        guard try trial.recover(pod, result: result, judge, from: before, when) else { return }
      }
    }
  }
}
