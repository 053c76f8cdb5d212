import CNI
import JSON

extension Catalogue {
  /// What a refusal looks like.
  static let specErrors: [Case] = [
    Case(
      .spec, "error-document", .should,
      "A refusal prints an object with `code`, a number that is not 0, and `msg`, a text.", basis: SpecBasis.errors
    ) { trial in
      for (what, call) in try refusals(trial) {
        guard let document = call.document?.object else {
          trial.violate("\(what): standard output is not one JSON object: \(call.outcome)")
          continue
        }
        trial.expect(
          document["code"]?.integer.map { $0 > 0 } == true, "\(what): no `code` above 0: \(call.outcome)")
        trial.expect(document["msg"]?.string?.isEmpty == false, "\(what): no `msg`: \(call.outcome)")
        if let details = document["details"] {
          trial.expect(details.string != nil, "\(what): `details` is a \(details.kind), not a text")
        }
      }
    },
    Case(
      .spec, "error-document-version", .should, "An error's `cniVersion` is the one of the request.",
      basis: SpecBasis.errors
    ) { trial in
      let call = try trial.addAlone(try trial.standardPod()) { $0["CNI_NETNS"] = "/run/netns/there-is-none" }
      guard call.refused, let document = call.document?.object else {
        try trial.skip("ADD with a namespace that is not there gave no error document")
      }
      let version = document["cniVersion"]?.string
      trial.expect(
        version == trial.subject.version,
        "`cniVersion` is \(version ?? "missing") in the error of a request in \(trial.subject.version)")
    },
    Case(
      .spec, "error-document-is-last", .must, "A refusal prints one document at most, and nothing else.",
      basis: SpecBasis.errors
    ) { trial in
      for (what, call) in try refusals(trial) where !call.response.stdout.isEmpty {
        trial.expect(call.document != nil, "\(what): standard output is not one JSON document: \(call.outcome)")
      }
    },
    Case(
      .spec, "error-is-told", .must, "A refusal says why, on standard output or at least on standard error.",
      basis: "\(SpecBasis.errors); without a word a user has nothing to go by"
    ) { trial in
      for (what, call) in try refusals(trial) {
        trial.expect(
          !call.response.stdout.isEmpty || !call.response.stderr.isEmpty, "\(what): not a word: \(call.ending)")
      }
    },
    Case(
      .spec, "reserved-codes", .quality, "An error's code below 100 is one that the specification knows.",
      basis: SpecBasis.errorCodes
    ) { trial in
      let known: Set = [1, 2, 3, 4, 5, 6, 7, 8, 11, 50, 51]
      for (what, call) in try refusals(trial) {
        guard let code = call.errorCode, code < 100 else { continue }
        trial.expect(known.contains(code), "\(what): code \(code) is reserved and has no meaning: \(call.outcome)")
      }
    },
  ]

  /// Calls that were refused, for different reasons, each with a name.
  private static func refusals(_ trial: Trial) throws -> [(String, Call)] {
    let pod = try trial.standardPod()
    let plain = try trial.request(.add, pod, previousResult: try trial.prepare(pod))
    func sent(_ change: (inout Request) -> Void) -> Call {
      var request = plain
      change(&request)
      return trial.send(request)
    }
    let calls = [
      ("ADD without CNI_CONTAINERID", sent { $0["CNI_CONTAINERID"] = nil }),
      ("CNI_COMMAND=FOO", sent { $0["CNI_COMMAND"] = "FOO" }),
      ("ADD with garbage", sent { $0.standardInput = Array("garbage".utf8) }),
      ("ADD in 9.9.9", sent { $0.configuration["cniVersion"] = "9.9.9" }),
      ("ADD with a namespace that is not there", sent { $0["CNI_NETNS"] = "/run/netns/there-is-none" }),
    ]
    return calls.filter(\.1.refused)
  }
}
