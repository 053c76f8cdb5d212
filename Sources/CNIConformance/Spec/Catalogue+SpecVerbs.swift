import CNI
import JSON

extension Catalogue {
  /// CNI_COMMAND itself: verbs that are none, and those that a version does not have.
  static let specVerbs: [Case] = [
    Case(
      .spec, "unknown-verb", .must, "A verb that the specification does not know is refused.",
      basis: "\(SpecBasis.parameters): CNI_COMMAND"
    ) { trial in
      trial.expectRefusal(try unknownVerb(trial), of: "CNI_COMMAND=FOO")
    },
    Case(
      .spec, "unknown-verb-code", .should, "A verb that the specification does not know is refused with code 4.",
      basis: SpecBasis.errorCodes
    ) { trial in
      try trial.expectCode(4, of: try unknownVerb(trial), for: "CNI_COMMAND=FOO")
    },
    Case(
      .spec, "verb-in-lower-case", .should, "A verb in lower case is none.",
      basis: "\(SpecBasis.parameters): CNI_COMMAND"
    ) { trial in
      let call = try trial.addAlone(try trial.standardPod()) { $0["CNI_COMMAND"] = "add" }
      trial.expectRefusal(call, of: "CNI_COMMAND=add")
    },
    Case(
      .spec, "no-verb", .must, "Without CNI_COMMAND nothing is done to the pod.",
      basis: "\(SpecBasis.parameters): CNI_COMMAND"
    ) { trial in
      let pod = try trial.standardPod()
      try trial.expectUntouched(pod, by: "a call without CNI_COMMAND") { previous in
        var request = try trial.request(.add, pod, previousResult: previous)
        request["CNI_COMMAND"] = nil
        trial.send(request)
      }
    },
    Case(
      .spec, "no-verb-answer", .should,
      "Without CNI_COMMAND the plugin tells about itself on standard error, or refuses with an error document.",
      basis: "\(SpecBasis.reference) tell about themselves; \(SpecBasis.errorCodes): 4"
    ) { trial in
      let call = try withoutVerb(trial, nil)
      let tells = call.succeeded && call.response.stdout.isEmpty && !call.response.stderr.isEmpty
      trial.expect(
        tells || call.refused && call.document?["code"]?.integer != nil,
        "neither a text on standard error alone nor an error document: \(call.outcome)")
    },
    Case(
      .spec, "no-verb-about", .quality,
      "Called by hand without CNI_COMMAND, the plugin tells on standard error what it is, and exits with 0.",
      basis: SpecBasis.reference
    ) { trial in
      let call = try withoutVerb(trial, nil)
      trial.expectSuccess(call, of: "the call without CNI_COMMAND")
      trial.expect(!call.response.stderr.isEmpty, "nothing on standard error")
      trial.expect(call.response.stdout.isEmpty, "something on standard output: \(call.outcome)")
    },
    Case(
      .spec, "empty-verb", .should, "An empty CNI_COMMAND does nothing to the pod.",
      basis: "\(SpecBasis.parameters): CNI_COMMAND"
    ) { trial in
      let pod = try trial.standardPod()
      try trial.expectUntouched(pod, by: "a call with an empty CNI_COMMAND") { previous in
        var request = try trial.request(.add, pod, previousResult: previous)
        request["CNI_COMMAND"] = ""
        trial.send(request)
      }
    },
    tooNew(.check, since: "0.4.0", spoken: ["0.3.1", "0.3.0"]),
    tooNew(.gc, since: "1.1.0", spoken: ["1.0.0", "0.4.0"]),
    tooNew(.status, since: "1.1.0", spoken: ["1.0.0", "0.4.0"]),
  ]

  private static func unknownVerb(_ trial: Trial) throws -> Call {
    try trial.addAlone(try trial.standardPod()) { $0["CNI_COMMAND"] = "FOO" }
  }

  private static func withoutVerb(_ trial: Trial, _ verb: String?) throws -> Call {
    var request = try trial.request(.version, nil)
    request["CNI_COMMAND"] = verb
    request.standardInput = []
    return trial.send(request)
  }

  /// A verb with a configuration of a version that does not have it yet.
  private static func tooNew(_ verb: Verb, since: String, spoken: [String]) -> Case {
    Case(
      .spec, "\(verb.inIDs)-before-\(since)", .should,
      "\(verb.rawValue) with a configuration of a version before \(since) is refused.",
      basis: "CNI \(since), which brought \(verb.rawValue); the reference plugins refuse it with code 1 or 4"
    ) { trial in
      guard let version = spoken.first(where: trial.claimedVersions().contains) else {
        try trial.skip("the plugin claims no version before \(since)")
      }
      try trial.speak(version)
      let pod = verb == .check ? try trial.standardPod() : nil
      let previous = try pod.map { try trial.attach($0) }
      let call = trial.send(try trial.request(verb, pod, previousResult: previous))
      trial.expectRefusal(call, of: "\(verb.rawValue) with a configuration of \(version)")
    }
  }
}

extension Trial {
  /// Notes a violation where a call that is to do nothing leaves other links or addresses in the pod than there were.
  func expectUntouched(_ pod: Pod, by what: String, _ call: (_ previousResult: JSON?) throws -> Void) throws {
    let previous = try prepare(pod)
    let before = try PodState(self, pod)
    try call(previous)
    let changes = try PodState(self, pod).changes(since: before)
    expect(changes.isEmpty, "\(what) changed the pod: \(changes.joined(separator: ", "))")
  }
}
