import CNI
import JSON

extension Catalogue {
  /// VERSION: what the plugin says that it speaks.
  static let specVersionVerb: [Case] = [
    Case(
      .spec, "version-lists-versions", .must,
      "VERSION succeeds and lists at least the version of the network's configuration.", basis: SpecBasis.version
    ) { trial in
      let call = try trial.alone(.version)
      trial.expectSuccess(call, of: "VERSION")
      let versions = call.document?["supportedVersions"]?.array?.compactMap(\.string) ?? []
      trial.expect(
        versions.contains(trial.subject.version),
        "`supportedVersions` does not hold \(trial.subject.version): \(call.outcome)")
    },
    Case(
      .spec, "version-document", .must,
      "VERSION prints one object: `cniVersion`, a string, and `supportedVersions`, an array of versions.",
      basis: SpecBasis.version
    ) { trial in
      let call = try trial.alone(.version)
      let document = try trial.require(
        call.document?.object, "standard output is not one JSON object: \(call.outcome)")
      trial.expect(document["cniVersion"]?.string?.isEmpty == false, "no `cniVersion`: \(call.outcome)")
      let entries = document["supportedVersions"]?.array
      trial.expect(entries?.isEmpty == false, "no `supportedVersions`: \(call.outcome)")
      let odd = (entries ?? []).filter { $0.string.map(isVersion) != true }
      trial.expect(odd.isEmpty, "`supportedVersions` holds what is no version: \(odd)")
    },
    Case(
      .spec, "version-echoes-version", .should, "VERSION's `cniVersion` is the one that it was asked in.",
      basis: "\(SpecBasis.version); the reference plugins say their newest instead, which runtimes take"
    ) { trial in
      let oldest = trial.claimedVersions().first { $0 != "0.1.0" } ?? trial.subject.version
      let call = try trial.alone(.version) { $0.configuration["cniVersion"] = .string(oldest) }
      let version = call.document?["cniVersion"]?.string
      trial.expect(version == oldest, "`cniVersion` is \(version ?? "missing"), asked in \(oldest)")
    },
    Case(
      .spec, "version-without-container-variables", .must, "VERSION needs no variable but CNI_COMMAND.",
      basis: "\(SpecBasis.version): required environment parameters"
    ) { trial in
      let call = try trial.alone(.version) { request in
        request.environment.removeAll { $0.key != "CNI_COMMAND" }
      }
      try expectVersions(call, trial, "VERSION with CNI_COMMAND alone")
    },
    Case(
      .spec, "version-without-stdin", .should, "VERSION answers when nothing comes on standard input.",
      basis: "\(SpecBasis.reference): it does not read standard input; runtimes before 0.2.0 gave none"
    ) { trial in
      try expectVersions(try trial.alone(.version) { $0.standardInput = [] }, trial, "VERSION without standard input")
    },
    Case(
      .spec, "version-with-garbage", .should, "VERSION answers when garbage comes on standard input.",
      basis: "\(SpecBasis.reference): it does not read standard input"
    ) { trial in
      let call = try trial.alone(.version) { $0.standardInput = Array("{ this is no JSON".utf8) }
      try expectVersions(call, trial, "VERSION with garbage on standard input")
    },
    Case(
      .spec, "version-of-newer-runtime", .should,
      "VERSION answers a runtime that speaks a version which the plugin does not know.",
      basis: "CNI 1.1.0, section 1, \"Version considerations\": VERSION is what a runtime chooses the version by"
    ) { trial in
      let call = try trial.alone(.version) { $0.configuration["cniVersion"] = "9.9.9" }
      try expectVersions(call, trial, "VERSION asked in 9.9.9")
    },
    Case(
      .spec, "version-with-whole-configuration", .should,
      "VERSION answers when the whole configuration and all variables come with it.",
      basis: "runtimes that set all variables on every call, some empty or `dummy`"
    ) { trial in
      var request = try trial.request(.version, try trial.standardPod())
      request["CNI_NETNS"] = "dummy"
      request["CNI_PATH"] = "dummy"
      try expectVersions(trial.send(request), trial, "VERSION with a whole configuration")
    },
  ]

  private static func expectVersions(_ call: Call, _ trial: Trial, _ what: String) throws {
    trial.expect(
      call.succeeded && call.document?["supportedVersions"]?.array?.isEmpty == false,
      "\(what) lists no versions: \(call.outcome)")
  }

  private static func isVersion(_ text: String) -> Bool {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 3 && parts.allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }
  }
}
