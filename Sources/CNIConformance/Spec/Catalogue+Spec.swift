extension Catalogue {
  /// The cases of this level.
  static let spec: [Case] = [
    Case(
      .spec, "add-twice", .should, "A second ADD of the same container and interface fails.",
      basis: "CNI 1.1.0, section 4, ADD: a runtime must not call ADD twice; the reference plugins refuse it"
    ) { trial in
      let pod = try trial.pod()
      let first = try trial.attach(pod)
      let second = try trial.add(pod)
      trial.expect(!second.succeeded, "the second ADD succeeded")
      try trial.detach(pod, previousResult: first)
    }
  ]
}
