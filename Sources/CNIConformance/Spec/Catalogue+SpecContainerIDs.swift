extension Catalogue {
  /// CNI_CONTAINERID: what must work, and what is none.
  static let specContainerIDs: [Case] = [
    works("of-one-character", "7", .must, "of one character"),
    works(
      "of-64-digits", String(repeating: "0123456789abcdef", count: 4), .must,
      "of 64 hex digits, as containerd makes it,"),
    works("with-punctuation", "Pod_1.web-0", .must, "with capitals, dots, dashes and underscores"),
    works("of-200-characters", String(repeating: "a1", count: 100), .quality, "of 200 characters"),
    refused("with-slash", "../../outside", "that could leave a directory"),
    refused("with-leading-dash", "-rf", "that begins with a dash"),
    refused("with-leading-dot", ".hidden", "that begins with a dot"),
    refused("with-space", "a b", "with a space"),
    refused("with-newline", "a\nb", "with a line's end"),
    refused("with-umlaut", "pöd", "with a letter that is not ASCII"),
  ]

  private static func works(_ name: String, _ id: String, _ weight: Weight, _ what: String) -> Case {
    Case(
      .spec, "containerid-\(name)", weight, "A container id \(what) works with ADD and DEL.",
      basis: "\(SpecBasis.parameters): CNI_CONTAINERID"
    ) { trial in
      var pod = try trial.standardPod()
      pod.containerID = id
      let call = try trial.add(pod)
      trial.expectSuccess(call, of: "ADD of the container \(id)")
      guard call.succeeded else { return }
      for call in try trial.del(pod, previousResult: call.document) {
        trial.expectSuccess(call, of: "DEL of the container \(id)")
      }
    }
  }

  private static func refused(_ name: String, _ id: String, _ what: String) -> Case {
    Case(
      .spec, "containerid-\(name)", .should, "A container id \(what) is refused.",
      basis: "\(SpecBasis.parameters): CNI_CONTAINERID"
    ) { trial in
      let call = try trial.addAlone(try trial.standardPod()) { $0["CNI_CONTAINERID"] = id }
      trial.expectRefusal(call, of: "ADD of the container \"\(id)\"")
    }
  }
}
