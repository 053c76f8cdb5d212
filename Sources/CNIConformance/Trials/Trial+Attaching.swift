import CNI
import JSON

extension Trial {
  /// The result that the plugins before those under test give for a pod, which they are asked to ADD now; nil where there are none.
  func prepare(_ pod: Pod) throws -> JSON? {
    try add(pod, 0..<subject.range.lowerBound, previousResult: nil)?.document
  }

  /// ADD as a runtime does it: the plugins before those under test, then these. The last call that was made: it failed when ADD did.
  @discardableResult
  func add(_ pod: Pod) throws -> Call {
    let previous = try prepare(pod)
    guard let call = try add(pod, subject.range, previousResult: previous) else { throw TrialEnd.violated }
    return call
  }

  /// ADD that must succeed; its result.
  func attach(_ pod: Pod) throws -> JSON {
    let call = try add(pod)
    try require(call.succeeded, "ADD failed: \(call.outcome)")
    return try require(call.document, "ADD printed no single JSON document: \(call.outcome)")
  }

  /// DEL as a runtime does it, of the plugins under test and then of those before them; the calls in that order. All are made,
  /// whichever fails.
  @discardableResult
  func del(_ pod: Pod, previousResult: JSON? = nil) throws -> [Call] {
    try (0..<subject.range.upperBound).reversed().map { index in
      send(try request(.del, pod, plugin: index, previousResult: previousResult))
    }
  }

  /// DEL that must succeed.
  func detach(_ pod: Pod, previousResult: JSON? = nil) throws {
    for call in try del(pod, previousResult: previousResult) {
      try require(call.succeeded, "DEL failed: \(call.outcome)")
    }
  }

  /// CHECK as a runtime does it; the last call that was made: it failed when CHECK did.
  @discardableResult
  func check(_ pod: Pod, previousResult: JSON) throws -> Call {
    var last: Call?
    for index in 0..<subject.range.upperBound {
      let call = send(try request(.check, pod, plugin: index, previousResult: previousResult))
      last = call
      if !call.succeeded { break }
    }
    return try require(last, "nothing to check")
  }

  private func add(_ pod: Pod, _ range: Range<Int>, previousResult: JSON?) throws -> Call? {
    var previous = previousResult
    var last: Call?
    for index in range {
      let call = send(try request(.add, pod, plugin: index, previousResult: previous))
      last = call
      if !call.succeeded {
        if index < subject.range.lowerBound { try skip("\(call.request.plugin), before it, failed: \(call.outcome)") }
        break
      }
      previous = call.document
    }
    return last
  }
}
