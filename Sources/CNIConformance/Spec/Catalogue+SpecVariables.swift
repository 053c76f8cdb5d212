import CNI

extension Catalogue {
  /// What a verb does without a variable that it needs, and with one that is empty.
  static let specVariables: [Case] =
    required(.add, .must) + required(.del, .should) + required(.check, .should)
    + [
      missing(.gc, "CNI_PATH", .should),
      Case(
        .spec, "missing-variable-code", .should, "A missing variable is told with code 4 and by its name.",
        basis: SpecBasis.errorCodes
      ) { trial in
        for variable in needed(.add) {
          let call = try trial.addAlone(try trial.standardPod()) { $0[variable] = nil }
          try trial.expectCode(4, of: call, for: "ADD without \(variable)")
          trial.expect(
            call.errorText.contains(variable),
            "the error of ADD without \(variable) does not name it: \(call.errorText)")
        }
      },
      Case(
        .spec, "all-missing-variables-named", .quality,
        "The error of a request without any of the variables names all of them.",
        basis: SpecBasis.errorCodes
      ) { trial in
        let call = try trial.addAlone(try trial.standardPod()) { request in
          for variable in needed(.add) { request[variable] = nil }
        }
        try trial.expectCode(4, of: call, for: "ADD without any variable of the container")
        let unnamed = needed(.add).filter { !call.errorText.contains($0) }
        trial.expect(unnamed.isEmpty, "the error does not name \(unnamed.joined(separator: ", ")): \(call.errorText)")
      },
    ]

  /// The variables of the container that the specification requires of a verb.
  private static func needed(_ verb: Verb) -> [String] {
    let all = ["CNI_CONTAINERID", "CNI_NETNS", "CNI_IFNAME"]
    return verb == .del ? all.filter { $0 != "CNI_NETNS" } : all
  }

  private static func required(_ verb: Verb, _ weight: Weight) -> [Case] {
    needed(verb).flatMap { [missing(verb, $0, weight), empty(verb, $0, weight)] }
  }

  private static func missing(_ verb: Verb, _ variable: String, _ weight: Weight) -> Case {
    Case(
      .spec, "\(verb.inIDs)-without-\(variable.inIDs)", weight, "\(verb.rawValue) without \(variable) is refused.",
      basis: "\(basis(verb)): required environment parameters"
    ) { trial in
      trial.expectRefusal(try trial.alone(verb) { $0[variable] = nil }, of: "\(verb.rawValue) without \(variable)")
    }
  }

  private static func empty(_ verb: Verb, _ variable: String, _ weight: Weight) -> Case {
    Case(
      .spec, "\(verb.inIDs)-with-empty-\(variable.inIDs)", weight,
      "\(verb.rawValue) with an empty \(variable) is refused.",
      basis: "\(basis(verb)): required environment parameters; \(SpecBasis.parameters)"
    ) { trial in
      trial.expectRefusal(try trial.alone(verb) { $0[variable] = "" }, of: "\(verb.rawValue) with an empty \(variable)")
    }
  }

  static func basis(_ verb: Verb) -> String {
    switch verb {
    case .add: SpecBasis.add
    case .del: SpecBasis.del
    case .check: SpecBasis.check
    case .gc: SpecBasis.gc
    case .status: SpecBasis.status
    case .version: SpecBasis.version
    }
  }
}

extension Verb {
  /// As it stands in the ids of cases.
  var inIDs: String { rawValue.lowercased() }
}

extension String {
  /// The name of a variable as it stands in the ids of cases: `containerid`.
  var inIDs: String { lowercased().replacing("cni_", with: "") }
}
