import CNI
import JSON

extension Trial {
  /// Calls a plugin under adversity.
  func send(_ request: Request, under adversity: Adversity) throws -> Call {
    let call = AdverseExecution.call(request, adversity, timeout: timeout)
    note(call)
    // What was never tried has not passed.
    if case .notStarted(let why) = call.response.outcome { throw ObservationFailure("\(request.executable): \(why)") }
    return call
  }

  /// The plugins under test one after the other, each under the same adversity, whose moments count from the first one's start;
  /// it ends with the first that fails. What a caller has of it then: the last result of an ADD that succeeded and could be read.
  func run(_ verb: Verb, _ pod: Pod, _ result: JSON? = nil, under adversity: Adversity) throws -> JSON? {
    let start = SuspendingClock.now
    var previous = result
    for index in verb == .add ? Array(subject.range) : subject.range.reversed() {
      let request = try equipped(verb, pod, plugin: index, previousResult: previous)
      var rest = adversity
      let passed = start.duration(to: .now)
      if let signal = adversity.signal { rest.signal = (signal.number, max(.zero, signal.after - passed)) }
      if let gone = adversity.callerGoneAfter { rest.callerGoneAfter = max(.zero, gone - passed) }
      let call = try send(request, under: rest)
      guard call.succeeded else {
        if case .timedOut(let time) = call.response.outcome {
          violate("\(request.plugin): \(verb.rawValue) did not end within \(time)")
        }
        return nil
      }
      // A caller that is gone asks nobody else.
      if let gone = adversity.callerGoneAfter, gone <= start.duration(to: .now) { return nil }
      if verb == .add {
        guard let document = call.outcomeDocument else { return nil }
        previous = document
      }
    }
    return previous
  }

  /// What DEL must do after whatever befell the pod: succeed, leave nothing, and let the pod be attached anew. False when not.
  func recover(
    _ pod: Pod, result: JSON? = nil, _ judge: RoundJudge, from before: Snapshot, _ when: String
  ) throws -> Bool {
    for call in try delUnderTest(pod, result) where !call.succeeded {
      violate("\(call.request.plugin): DEL \(when) failed: \(call.outcome)")
    }
    self.judge(try settle(judge, PodMarks(pod, result: result), from: before, nil), "by DEL \(when)")
    guard violations.isEmpty else { return false }
    let again = try addUnderTest(pod, nil)
    expect(again.succeeded, "the next ADD \(when) failed: \(again.outcome)")
    try detachUnderTest(pod, again.outcomeDocument)
    try discard(pod)
    return violations.isEmpty
  }

  /// How long ADD and DEL take here, undisturbed.
  func measureVerbs() throws -> (add: Duration, del: Duration) {
    let pod = try pod()
    let start = SuspendingClock.now
    let result = try attachUnderTest(pod, nil)
    let middle = SuspendingClock.now
    try detachUnderTest(pod, result, mustDetach: false)
    let end = SuspendingClock.now
    try discard(pod)
    return (start.duration(to: middle), middle.duration(to: end))
  }

  /// Moments within a time, spread evenly; where in each part is by chance.
  func moments(_ count: Int, in time: Duration) -> [Duration] {
    var state = seed &+ 0x9e37_79b9_7f4a_7c15
    return (0..<count).map { part in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let chance = Double(state >> 40) / Double(1 << 24)
      return time * ((Double(part) + chance) / Double(count))
    }
  }
}

extension Duration {
  /// In milliseconds: `12.3 ms`.
  var words: String { "\(decimal(self / .milliseconds(1))) ms" }
}
