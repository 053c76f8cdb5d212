import CNI
import JSON

extension Catalogue {
  /// Standard input: what is no configuration, and what lacks a part of it.
  static let specInput: [Case] = [
    Case(
      .spec, "garbage", .must, "ADD with garbage on standard input is refused.", basis: SpecBasis.errorCodes
    ) { trial in
      trial.expectRefusal(try add(trial, input: "{ this is no JSON"), of: "ADD with garbage on standard input")
    },
    Case(
      .spec, "garbage-code", .should, "ADD with garbage on standard input is refused with code 6.",
      basis: SpecBasis.errorCodes
    ) { trial in
      let call = try add(trial, input: "{ this is no JSON")
      try trial.expectCode(6, of: call, for: "ADD with garbage on standard input")
    },
    Case(
      .spec, "cut-off-input", .must, "ADD with a configuration that is cut off is refused.",
      basis: SpecBasis.errorCodes
    ) { trial in
      let call = try trial.addAlone(try trial.standardPod()) { $0.standardInput.removeLast() }
      trial.expectRefusal(call, of: "ADD with a configuration without its last byte")
    },
    Case(
      .spec, "empty-input", .must, "ADD with nothing on standard input is refused.",
      basis: "\(SpecBasis.add): input"
    ) { trial in
      trial.expectRefusal(try add(trial, input: ""), of: "ADD with nothing on standard input")
    },
    Case(
      .spec, "empty-input-code", .should, "ADD with nothing on standard input is refused with code 5 or 6.",
      basis: SpecBasis.errorCodes
    ) { trial in
      try trial.expectCode(5, 6, of: try add(trial, input: ""), for: "ADD with nothing on standard input")
    },
    Case(
      .spec, "input-of-another-kind", .should, "ADD whose standard input is an array is refused.",
      basis: "\(SpecBasis.request): it is an object"
    ) { trial in
      trial.expectRefusal(try add(trial, input: "[]"), of: "ADD with `[]` on standard input")
    },
    Case(
      .spec, "closed-input", .should, "ADD with standard input closed is refused.",
      basis: "\(SpecBasis.errorCodes): 5"
    ) { trial in
      let pod = try trial.standardPod()
      let request = try trial.request(.add, pod, previousResult: try trial.prepare(pod))
      let call = try trial.sendThroughShell(request, "exec \"$executable\" <&-")
      trial.expectRefusal(call, of: "ADD with standard input closed")
    },
    Case(
      .spec, "missing-name", .should, "ADD with a configuration without `name` is refused.",
      basis: "\(SpecBasis.request): `name` is always there"
    ) { trial in
      trial.expectRefusal(try add(trial, "name", nil), of: "ADD without `name`")
    },
    Case(
      .spec, "missing-name-code", .should, "ADD with a configuration without `name` is refused with code 7.",
      basis: SpecBasis.errorCodes
    ) { trial in
      try trial.expectCode(7, of: try add(trial, "name", nil), for: "ADD without `name`")
    },
    Case(
      .spec, "empty-name", .should, "ADD with an empty `name` is refused.",
      basis: "CNI 1.1.0, section 1, \"Configuration format\""
    ) { trial in
      trial.expectRefusal(try add(trial, "name", ""), of: "ADD with an empty `name`")
    },
    Case(
      .spec, "bad-name", .should, "ADD whose network's name could leave a directory is refused.",
      basis: "CNI 1.1.0, section 1, \"Configuration format\": what a name may hold"
    ) { trial in
      for name in ["../outside", "a/b", ".hidden"] {
        trial.expectRefusal(try add(trial, "name", .string(name)), of: "ADD with the network's name \"\(name)\"")
      }
    },
    Case(
      .spec, "missing-type", .quality,
      "ADD with a configuration without `type` is done, or refused with code 7.",
      basis: "\(SpecBasis.configuration): required keys"
    ) { trial in
      let call = try add(trial, "type", nil)
      trial.expectAnswer(call, to: "ADD without `type`")
      if call.refused { try trial.expectCode(7, of: call, for: "ADD without `type`") }
    },
  ]

  private static func add(_ trial: Trial, input: String) throws -> Call {
    try trial.addAlone(try trial.standardPod()) { $0.standardInput = Array(input.utf8) }
  }

  private static func add(_ trial: Trial, _ key: String, _ value: JSON?) throws -> Call {
    try trial.addAlone(try trial.standardPod()) { $0.configuration[key] = value }
  }
}
