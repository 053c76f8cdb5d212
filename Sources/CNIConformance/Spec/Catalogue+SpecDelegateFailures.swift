import CNI
import JSON

extension Catalogue {
  /// What a plugin does when its IPAM plugin fails.
  static let specDelegateFailures: [Case] = [
    Case(
      .spec, "delegate-missing", .must, "ADD is refused when the IPAM plugin is not installed.",
      basis: "\(SpecBasis.delegation): looking it up in CNI_PATH", on: .interface
    ) { trial in
      guard trial.hasIPAM, !trial.isAddressManager else { try trial.skip("the plugin asks no IPAM plugin") }
      _ = try trial.configureIPAM { $0["type"] = "there-is-none" }
      trial.expectRefusal(try trial.add(try trial.standardPod()), of: "ADD without the IPAM plugin")
    },
    fails(.add, .must), fails(.check, .must), fails(.del, .should),
    Case(
      .spec, "delegate-failure-is-told", .should, "What the IPAM plugin says of its failure is in the plugin's error.",
      basis: "\(SpecBasis.delegation): error should be returned by the upper plugin", on: .interface
    ) { trial in
      let recorder = try DelegateRecorder(trial)
      try recorder.fail(.add)
      let call = try trial.add(try trial.standardPod())
      guard try recorder.wasCalled(.add), call.refused else { try trial.skip("the delegate's failure did not matter") }
      trial.expect(
        call.errorText.contains("the delegate refuses"), "the error does not tell the delegate's: \(call.outcome)")
    },
    Case(
      .spec, "delegate-failure-leaves-no-interface", .quality,
      "No interface is left in the pod when the IPAM plugin fails.",
      basis: "\(SpecBasis.lifecycle): a runtime calls DEL, yet what failed should not look as if it were there",
      on: .interface
    ) { trial in
      let recorder = try DelegateRecorder(trial)
      try recorder.fail(.add)
      let pod = try trial.newInterfacePod()
      try trial.add(pod)
      guard try recorder.wasCalled(.add) else { try trial.skip("the plugin has executed no delegate") }
      trial.expect(try trial.link(pod) == nil, "\(pod.interfaceName) is in the pod")
    },
    Case(
      .spec, "delegate-undone", .should,
      "ADD that fails after its IPAM plugin gave an address calls that one with DEL.",
      basis: "\(SpecBasis.delegation): execute again with DEL before returning failure", on: .interface
    ) { trial in
      guard try SpecificationVersion(trial.subject.version) >= SpecificationVersion("0.3.0") else {
        try trial.skip("a result of CNI \(trial.subject.version) is of another shape")
      }
      let recorder = try DelegateRecorder(trial)
      // No kernel takes a route by way of a gateway that is on no link.
      try recorder.answer(
        .add,
        [
          "cniVersion": .string(trial.subject.version), "ips": [["version": "4", "address": "203.0.113.7/24"]],
          "routes": [["dst": "192.0.2.0/24", "gw": "198.18.7.7"]],
        ])
      let call = try trial.add(try trial.standardPod())
      guard try recorder.wasCalled(.add), !call.succeeded else { try trial.skip("ADD did not fail by the route") }
      trial.expect(try recorder.wasCalled(.del), "the IPAM plugin gave an address, and was not called with DEL")
    },
  ]

  private static func fails(_ verb: Verb, _ weight: Weight) -> Case {
    Case(
      .spec, "delegate-fails-\(verb.inIDs)", weight, "\(verb.rawValue) fails when the IPAM plugin's does.",
      basis: "\(SpecBasis.delegation): if any of the delegated plugins return error", on: .interface
    ) { trial in
      if verb == .check { try trial.requireCheck() }
      let recorder = try DelegateRecorder(trial)
      let pod = try trial.standardPod()
      let call: Call
      if verb == .add {
        try recorder.fail(.add)
        call = try trial.add(pod)
      } else {
        let result = try trial.attach(pod)
        try recorder.fail(verb)
        call = verb == .del ? try trial.delAlone(pod, result) : try trial.checkAlone(pod, result)
      }
      guard try recorder.wasCalled(verb) else { try trial.skip("the plugin has executed no delegate") }
      trial.expectRefusal(call, of: "\(verb.rawValue), whose IPAM plugin failed,")
    }
  }
}
