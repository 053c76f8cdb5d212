import CNI
import JSON

/// Pods that come and go together, again and again.
struct Rounds {
  /// How long each verb's calls took, of those that succeeded.
  private(set) var samples: [Verb: Samples] = [:]
  private let trial: Trial
  private let pods: [Pod]

  /// - Parameter width: how many pods at once.
  init(_ trial: Trial, width: Int) throws {
    self.trial = trial
    pods = try (0..<width).map { _ in try trial.pod() }
  }

  /// Does rounds until there are so many samples of each verb, or the time is over; five rounds of a single pod, or one of
  /// several, in any case.
  mutating func run(samples count: Int, within time: Duration) throws {
    let end = SuspendingClock.now + time
    let least = pods.count == 1 ? 5 : 1
    var round = 0
    while round < least || (round * pods.count < count && SuspendingClock.now < end) {
      try runOne()
      round += 1
    }
  }

  private mutating func runOne() throws {
    let added = try call(.add, pods.map { try trial.networkCall(.add, $0) }, mustSucceed: true)
    let attached = zip(pods, added).map { ($0, $1.document) }
    if try SpecificationVersion(trial.subject.version) >= SpecificationVersion("0.4.0") {
      let checks = try attached.map { try trial.networkCall(.check, $0, previousResult: $1) }
      _ = try call(.check, checks, mustSucceed: false)
    }
    let removals = try attached.map { try trial.networkCall(.del, $0, previousResult: $1) }
    _ = try call(.del, removals, mustSucceed: true)
  }

  private mutating func call(
    _ verb: Verb, _ calls: [NetworkCall], mustSucceed: Bool
  ) throws -> [NetworkCall.Outcome] {
    let outcomes = try NetworkCall.runAtOnce(calls)
    for outcome in outcomes {
      if let failed = outcome.failed {
        if mustSucceed { try trial.refuse(failed) }
      } else {
        samples[verb, default: Samples()].add(outcome.duration)
      }
    }
    return outcomes
  }
}

extension Trial {
  /// Ends the trial because of a call that failed.
  func refuse(_ call: Call) throws -> Never {
    note(call)
    violate("\(call.request["CNI_COMMAND"] ?? "a call") of \(call.request.plugin) failed: \(call.outcome)")
    throw TrialEnd.violated
  }

  /// Tells the percentiles of what was measured, in the order of the verbs; `words` says under which circumstances.
  func tell(_ samples: [Verb: Samples], _ words: String = "") {
    for verb in Verb.allCases {
      guard let taken = samples[verb] else { continue }
      for share in Samples.percentiles {
        taken.percentile(share).map { measured("\(verb.rawValue)\(words) p\(share) ms", $0) }
      }
    }
  }

  /// Notes what is slower than the budget allows.
  func judge(_ samples: [Verb: Samples]) {
    for (verb, taken) in samples.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
      for words in budget?.violations(verb, milliseconds: taken.milliseconds) ?? [] { violate(words) }
    }
  }
}
