import CNI
import JSON

extension Catalogue {
  /// What a verb does without a variable that a runtime may leave out.
  static let specOptionalVariables: [Case] =
    [Verb.add, .del, .check, .status].map(withoutPath)
    + [Verb.add, .del, .check].map(withoutArguments)
    + [Verb.gc, .status].map(withoutContainer)
    + [
      Case(
        .spec, "add-with-foreign-variables", .must,
        "ADD works with CNI_ variables that the specification does not know.",
        basis: "\(SpecBasis.parameters); the variables that runtimes and later versions add"
      ) { trial in
        let call = try trial.addAlone(try trial.standardPod()) { request in
          request["CNI_SOMETHING_NEW"] = "value"
          request["CNI_LOG_LEVEL"] = "debug"
        }
        trial.expectSuccess(call, of: "ADD with CNI_SOMETHING_NEW and CNI_LOG_LEVEL")
      },
      Case(
        .spec, "add-with-traceparent", .must, "ADD works with TRACEPARENT and its companions in the environment.",
        basis: "runtimes that trace set TRACEPARENT, TRACESTATE and BAGGAGE for the plugins (W3C Trace Context)"
      ) { trial in
        let call = try trial.addAlone(try trial.standardPod()) { request in
          request["TRACEPARENT"] = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
          request["TRACESTATE"] = "vendor=value"
          request["BAGGAGE"] = "key=value"
        }
        trial.expectSuccess(call, of: "ADD with TRACEPARENT")
      },
      Case(
        .spec, "add-without-path-variable", .quality, "ADD works without PATH: a runtime need not have one.",
        basis: "\(SpecBasis.parameters): it is none of the parameters"
      ) { trial in
        let call = try trial.addAlone(try trial.standardPod()) { $0["PATH"] = "" }
        trial.expectAnswer(call, to: "ADD with an empty PATH")
      },
    ]

  private static func withoutPath(_ verb: Verb) -> Case {
    Case(
      .spec, "\(verb.inIDs)-without-path", .should,
      "\(verb.rawValue) without CNI_PATH, which is optional, is done or refused with an error document.",
      basis: "\(basis(verb)): optional environment parameters; the reference plugins refuse it with code 4"
    ) { trial in
      trial.expectAnswer(try trial.alone(verb) { $0["CNI_PATH"] = nil }, to: "\(verb.rawValue) without CNI_PATH")
    }
  }

  private static func withoutArguments(_ verb: Verb) -> Case {
    Case(
      .spec, "\(verb.inIDs)-without-args", .must, "\(verb.rawValue) works without CNI_ARGS.",
      basis: "\(basis(verb)): optional environment parameters"
    ) { trial in
      if verb != .add, !(try trial.alone(verb).succeeded) {
        try trial.skip("\(verb.rawValue) fails with CNI_ARGS too")
      }
      trial.expectSuccess(try trial.alone(verb) { $0["CNI_ARGS"] = nil }, of: "\(verb.rawValue) without CNI_ARGS")
    }
  }

  private static func withoutContainer(_ verb: Verb) -> Case {
    Case(
      .spec, "\(verb.inIDs)-without-container-variables", .must,
      "\(verb.rawValue) works without the variables of a container.",
      basis: "\(basis(verb)): the environment parameters"
    ) { trial in
      let call = try trial.alone(verb) { request in
        for variable in ["CNI_CONTAINERID", "CNI_NETNS", "CNI_IFNAME", "CNI_ARGS"] { request[variable] = nil }
      }
      trial.expectSuccess(call, of: "\(verb.rawValue) without the variables of a container")
    }
  }
}
