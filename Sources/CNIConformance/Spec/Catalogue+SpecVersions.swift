import CNI
import JSON
import LinuxKernel
import Netlink

extension Catalogue {
  /// The versions of the specification that a request comes in.
  static let specVersions: [Case] =
    SpecificationVersion.supported.map(addAt)
    + [
      Case(
        .spec, "unknown-version", .must, "ADD in a version that does not exist is refused.",
        basis: "CNI 1.1.0, section 1, \"Version considerations\""
      ) { trial in
        trial.expectRefusal(try add(trial, version: "9.9.9"), of: "ADD in 9.9.9")
      },
      Case(
        .spec, "unknown-version-code", .should, "ADD in a version that does not exist is refused with code 1.",
        basis: SpecBasis.errorCodes
      ) { trial in
        try trial.expectCode(1, of: try add(trial, version: "9.9.9"), for: "ADD in 9.9.9")
      },
      Case(
        .spec, "unclaimed-version", .should, "ADD in a version that VERSION does not list is refused.",
        basis: "CNI 1.1.0, section 1, \"Version considerations\""
      ) { trial in
        let claimed = trial.claimedVersions()
        guard let other = SpecificationVersion.supported.first(where: { !claimed.contains($0) }) else {
          try trial.skip("the plugin claims every version that there is")
        }
        trial.expectRefusal(try add(trial, version: .string(other)), of: "ADD in \(other), which VERSION does not list")
      },
      Case(
        .spec, "version-of-wrong-type", .should, "ADD whose `cniVersion` is a number is refused.",
        basis: "CNI 1.1.0, section 1, \"Configuration format\": it is a string"
      ) { trial in
        trial.expectRefusal(try add(trial, version: .number("1.0")), of: "ADD with cniVersion 1.0, a number")
      },
      Case(
        .spec, "version-that-is-none", .should, "ADD whose `cniVersion` is no version is refused.",
        basis: "CNI 1.1.0, section 1, \"Configuration format\": a semantic version"
      ) { trial in
        trial.expectRefusal(try add(trial, version: "newest"), of: "ADD with cniVersion \"newest\"")
      },
      Case(
        .spec, "add-without-version", .should,
        "A configuration without `cniVersion` is one of 0.1.0: ADD answers in that version's shape, or refuses it.",
        basis: "CNI 0.2.0: configurations before it had none; \(SpecBasis.reference)", on: .plugins
      ) { trial in
        if trial.claimedVersions().contains("0.1.0") {
          try requireFit(trial, "0.1.0")
          try trial.speak("0.1.0")
        }
        let call = try trial.addAlone(try trial.standardPod()) { request in
          request.configuration["cniVersion"] = nil
        }
        trial.expectAnswer(call, to: "ADD without cniVersion")
        guard call.succeeded, let result = call.document else { return }
        for words in ResultShape("0.1.0").violations(result) { trial.violate(words) }
      },
    ]

  private static func add(_ trial: Trial, version: JSON) throws -> Call {
    try trial.addAlone(try trial.standardPod()) { $0.configuration["cniVersion"] = version }
  }

  private static func addAt(_ version: String) -> Case {
    Case(
      .spec, "add-at-\(version)", .must, "ADD in \(version), where VERSION lists it, gives a result of that shape.",
      basis: "CNI \(version): the result of ADD"
    ) { trial in
      guard trial.claimedVersions().contains(version) else { try trial.skip("the plugin does not claim \(version)") }
      try requireFit(trial, version)
      try trial.speak(version)
      let result = try trial.attach(try trial.standardPod())
      for words in ResultShape(version).violations(result) { trial.violate(words) }
    }
  }

  /// Skips where what the network gives to a pod cannot be said in the first versions: one address a family, and one at all.
  private static func requireFit(_ trial: Trial, _ version: String) throws {
    guard version.hasPrefix("0.1.") || version.hasPrefix("0.2."), trial.subject.version != version else { return }
    let pod = try trial.standardPod()
    let call = try trial.add(pod)
    try trial.del(pod, previousResult: call.document)
    guard let addresses = call.result?.ips.map(\.address.address.family) else {
      try trial.skip("ADD fails in the network's own version")
    }
    guard !addresses.isEmpty, addresses.count == Set(addresses).count else {
      try trial.skip("a result of \(version) has one address of a family; the network gives \(addresses.count) in all")
    }
  }
}
