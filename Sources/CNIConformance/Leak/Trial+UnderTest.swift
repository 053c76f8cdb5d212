import CNI
import JSON

extension Trial {
  /// What a runtime would give to a plugin, with values for the capabilities that it declares.
  func equipped(_ verb: Verb, _ pod: Pod, plugin index: Int, previousResult: JSON? = nil) throws -> Request {
    var request = try self.request(verb, pod, plugin: index, previousResult: previousResult)
    let declared = subject.list.plugins[index].capabilities
    var values = request.configuration["runtimeConfig"]?.object ?? [:]
    if declared.contains("portMappings"), values["portMappings"] == nil {
      // Each pod has a port of its own.
      let number = pod.containerID.split(separator: "-").last.flatMap { Int($0) } ?? 0
      values["portMappings"] = [["hostPort": .number("\(20000 + number)"), "containerPort": 80, "protocol": "tcp"]]
    }
    if declared.contains("bandwidth"), values["bandwidth"] == nil {
      values["bandwidth"] = [
        "ingressRate": 8_000_000, "ingressBurst": 8_000_000, "egressRate": 8_000_000, "egressBurst": 8_000_000,
      ]
    }
    if !values.isEmpty { request.configuration["runtimeConfig"] = .object(values) }
    return request
  }

  /// ADD by the plugins under test; the last call, which failed when ADD did.
  func addUnderTest(_ pod: Pod, _ previous: JSON?) throws -> Call {
    var previous = previous
    var last: Call?
    for index in subject.range {
      let call = send(try equipped(.add, pod, plugin: index, previousResult: previous))
      last = call
      guard call.succeeded else { break }
      previous = call.outcomeDocument
    }
    return try require(last, "no plugin is under test")
  }

  /// ADD that must succeed; where another case tells of it, this one ends.
  func attachUnderTest(_ pod: Pod, _ previous: JSON?, mustAttach: Bool = false) throws -> JSON {
    let call = try addUnderTest(pod, previous)
    guard call.succeeded, let document = call.outcomeDocument else {
      if mustAttach { try require(false, "ADD failed: \(call.outcome)") }
      try skip("ADD failed, of which leak/links and fault/sixteen-at-once tell: \(call.outcome)")
    }
    return document
  }

  /// DEL by the plugins under test, last first; all are called, whichever fails.
  @discardableResult
  func delUnderTest(_ pod: Pod, _ result: JSON?, _ spoil: (inout Request) -> Void = { _ in }) throws -> [Call] {
    try subject.range.reversed().map { index in
      var request = try equipped(.del, pod, plugin: index, previousResult: result)
      spoil(&request)
      return send(request)
    }
  }

  /// DEL as it is most of the time.
  func detachUnderTest(_ pod: Pod, _ result: JSON?, mustDetach: Bool = true) throws {
    for call in try delUnderTest(pod, result) where mustDetach && !call.succeeded {
      violate("\(call.request.plugin): DEL failed: \(call.outcome)")
    }
  }

  /// Has the plugins before those under test undo their part, and takes the pod away.
  func putAway(_ pod: Pod, _ result: JSON?) throws {
    for index in (0..<subject.range.lowerBound).reversed() {
      send(try equipped(.del, pod, plugin: index, previousResult: result))
    }
    try discard(pod)
  }
}

extension Call {
  /// The document of a call that succeeded: what a runtime would keep, and hand to DEL.
  var outcomeDocument: JSON? { succeeded ? document : nil }
}
