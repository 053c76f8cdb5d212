import CNI
import JSON

extension Catalogue {
  /// Standard output: one document, or nothing.
  static let specOutput: [Case] = [
    Case(
      .spec, "add-prints-one-document", .must,
      "ADD that succeeds prints one JSON object on standard output, and nothing else.",
      basis: "\(SpecBasis.add): it must output a result; \(SpecBasis.result)"
    ) { trial in
      let call = try trial.add(try trial.standardPod())
      try trial.require(call.succeeded, "ADD failed: \(call.outcome)")
      trial.expect(call.document?.object != nil, "standard output is not one JSON object: \(call.outcome)")
      // What there is to be said of a key that is not known is for standard error.
      let remarked = try trial.addAlone(try trial.standardPod()) { $0.configuration["example.com/remark"] = "value" }
      trial.expect(
        !remarked.succeeded || remarked.document?.object != nil,
        "with a key that the plugin does not know, standard output is not one JSON object: \(remarked.outcome)")
    },
    silent(.del, .should), silent(.check, .should), silent(.gc, .must), silent(.status, .should),
    Case(
      .spec, "del-prints-nothing-again", .should, "A second DEL prints nothing on standard output either.",
      basis: "\(SpecBasis.del): it has no result"
    ) { trial in
      let pod = try trial.standardPod()
      let result = try trial.attach(pod)
      try trial.del(pod, previousResult: result)
      let call = try trial.delAlone(pod, result)
      guard call.succeeded else { try trial.skip("the second DEL failed") }
      trial.expect(call.response.stdout.isEmpty, "standard output: \(call.outcome)")
    },
    Case(
      .spec, "output-is-utf-8", .should, "What ADD prints is UTF-8, as JSON is.", basis: "RFC 8259, section 8.1"
    ) { trial in
      for text in ["plain", "Zürich – 東京 🌍"] {
        let call = try trial.addAlone(try trial.standardPod()) { $0.configuration["example.com/text"] = .string(text) }
        let printed = String(decoding: call.response.stdout, as: UTF8.self)
        trial.expect(Array(printed.utf8) == call.response.stdout, "standard output is not UTF-8: \(call.outcome)")
      }
    },
  ]

  private static func silent(_ verb: Verb, _ weight: Weight) -> Case {
    Case(
      .spec, "\(verb.inIDs)-prints-nothing", weight,
      "\(verb.rawValue) that succeeds prints nothing on standard output.",
      basis: verb == .gc ? "\(basis(verb)): no output on success" : "\(basis(verb)): it has no result"
    ) { trial in
      let call: Call
      if verb == .del {
        let pod = try trial.standardPod()
        call = try trial.delAlone(pod, try trial.attach(pod))
      } else {
        call = try trial.alone(verb)
      }
      guard call.succeeded else { try trial.skip("\(verb.rawValue) failed") }
      trial.expect(
        call.response.stdout.allSatisfy { $0 == 0x0a }, "\(verb.rawValue) printed something: \(call.outcome)")
    }
  }
}
