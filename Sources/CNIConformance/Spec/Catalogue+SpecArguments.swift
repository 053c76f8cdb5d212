import CNI

extension Catalogue {
  /// CNI_ARGS: what every runtime sends, and what is malformed.
  static let specArguments: [Case] = [
    Case(
      .spec, "args-of-kubernetes", .must,
      "ADD and DEL work with the CNI_ARGS of a Kubernetes pod, IgnoreUnknown among them.",
      basis: "\(SpecBasis.parameters): CNI_ARGS; what containerd and CRI-O send"
    ) { trial in
      var pod = try trial.standardPod()
      pod.arguments =
        "IgnoreUnknown=1;K8S_POD_NAMESPACE=default;K8S_POD_NAME=web-0;K8S_POD_INFRA_CONTAINER_ID=\(pod.containerID);"
        + "K8S_POD_UID="
      let call = try trial.add(pod)
      trial.expectSuccess(call, of: "ADD with CNI_ARGS=\(pod.arguments)")
      for call in try trial.del(pod, previousResult: call.document) {
        trial.expectSuccess(call, of: "DEL with CNI_ARGS=\(pod.arguments)")
      }
    },
    Case(
      .spec, "args-ignore-unknown", .must, "ADD works with arguments that it does not know when IgnoreUnknown is set.",
      basis: "the conventions and the reference plugins: IgnoreUnknown"
    ) { trial in
      for value in ["1", "true"] {
        let arguments = "IgnoreUnknown=\(value);SOMETHING_NEW=value"
        let call = try trial.addAlone(try trial.standardPod()) { $0["CNI_ARGS"] = arguments }
        trial.expectSuccess(call, of: "ADD with CNI_ARGS=\(arguments)")
      }
    },
    Case(
      .spec, "args-unknown", .should,
      "Arguments that it does not know, without IgnoreUnknown, are passed over or refused with an error document.",
      basis: "\(SpecBasis.parameters): CNI_ARGS; the reference plugins refuse them where they read CNI_ARGS"
    ) { trial in
      let call = try trial.addAlone(try trial.standardPod()) { $0["CNI_ARGS"] = "SOMETHING_NEW=value" }
      trial.expectAnswer(call, to: "ADD with CNI_ARGS=SOMETHING_NEW=value")
    },
    Case(
      .spec, "args-malformed", .should, "Malformed CNI_ARGS are passed over or refused with an error document.",
      basis: "\(SpecBasis.parameters): CNI_ARGS; \(SpecBasis.errors)"
    ) { trial in
      for arguments in ["=", "no-equals-sign", "IgnoreUnknown=1;;", "IgnoreUnknown=maybe", "A=1;=2"] {
        let call = try trial.addAlone(try trial.standardPod()) { $0["CNI_ARGS"] = arguments }
        trial.expectAnswer(call, to: "ADD with CNI_ARGS=\(arguments)")
      }
    },
  ]
}
