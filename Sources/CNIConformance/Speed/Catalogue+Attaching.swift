import CNI
import JSON

extension Catalogue {
  /// What it costs to attach and detach.
  static let attaching: [Case] = [
    .speed(
      "alone", "ADD, CHECK and DEL of one pod at a time take no longer than the budget allows.",
      basis: "A pod's start waits for ADD; figures p50, p90, p99"
    ) { trial in
      var rounds = try Rounds(trial, width: 1)
      try rounds.run(samples: 50, within: .seconds(3))
      trial.tell(rounds.samples)
      trial.judge(rounds.samples)
    },
    .speed(
      "at-once", "ADD, CHECK and DEL of 16 pods at once all succeed.",
      basis: "A runtime that restarts a node's pods calls plugins for many at once"
    ) { trial in
      var rounds = try Rounds(trial, width: width)
      try rounds.run(samples: 64, within: .seconds(3))
      trial.tell(rounds.samples, ", \(width) at once,")
    },
    .speed(
      "among-many", "With up to 200 pods attached, ADD, CHECK and DEL of one more take not many times longer.",
      basis: "What a plugin looks through for each call grows with what it keeps; nodes have some hundred pods"
    ) { trial in
      var before = try Rounds(trial, width: 1)
      try before.run(samples: 10, within: .seconds(1))
      let alive = try trial.populate(many, within: .seconds(8))
      trial.measured("attachments alive", Double(alive))
      var among = try Rounds(trial, width: 1)
      try among.run(samples: 30, within: .seconds(2))
      trial.tell(among.samples, " among \(alive)")
      var crowd = try Rounds(trial, width: width)
      try crowd.run(samples: 32, within: .seconds(2))
      trial.tell(crowd.samples, ", \(width) at once, among \(alive)")
      for verb in Verb.allCases {
        guard let once = before.samples[verb]?.percentile(50), let now = among.samples[verb]?.percentile(50) else {
          continue
        }
        trial.expect(
          now <= once * slowdown + allowance,
          "\(verb.rawValue) takes \(decimal(now)) ms with \(alive) pods attached, \(decimal(once)) ms with none (p50)")
      }
    },
  ]

  /// How many at once.
  static let width = 16
  private static let many = 200
  /// How many times slower a verb may become, and what does not count: so many milliseconds are lost by chance.
  private static let slowdown = 4.0
  private static let allowance = 20.0
}

extension Trial {
  /// Attaches so many pods, as far as the time goes; how many these are.
  func populate(_ count: Int, within time: Duration) throws -> Int {
    let end = SuspendingClock.now + time
    var alive = 0
    while alive < count, SuspendingClock.now < end {
      let pods = try (0..<min(Catalogue.width, count - alive)).map { _ in try pod() }
      for outcome in try NetworkCall.runAtOnce(pods.map { try networkCall(.add, $0) }) {
        if let failed = outcome.failed { try refuse(failed) }
      }
      alive += pods.count
    }
    return alive
  }
}
