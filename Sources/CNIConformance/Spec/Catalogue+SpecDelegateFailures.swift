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
      .spec, "delegate-undone", .should, "ADD that fails after its IPAM plugin gave an address gives it back.",
      basis: "\(SpecBasis.delegation): execute again with DEL before returning failure", on: .interface
    ) { trial in
      let recorder = try DelegateRecorder(trial)
      let pod = try trial.newInterfacePod()
      try trial.addForeignLink(pod.interfaceName, in: pod)
      try trial.add(pod)
      guard try recorder.wasCalled(.add) else { try trial.skip("ADD failed before it asked for an address") }
      trial.expect(try recorder.wasCalled(.del), "the IPAM plugin was asked for an address, and not called with DEL")
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
