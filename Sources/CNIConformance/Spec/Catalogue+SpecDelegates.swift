import CNI
import JSON

extension Catalogue {
  /// How a plugin asks its IPAM plugin.
  static let specDelegates: [Case] = [
    asked(.add, .must), asked(.del, .must), asked(.check, .must), asked(.gc, .must), asked(.status, .should),
    Case(
      .spec, "delegate-environment", .must, "The IPAM plugin gets all CNI_ variables as the plugin got them.",
      basis: "\(SpecBasis.delegation): the same environment", on: .interface
    ) { trial in
      let recorder = try DelegateRecorder(trial)
      var pod = try trial.standardPod()
      pod.arguments = "IgnoreUnknown=1;FOO=BAR"
      _ = try trial.attach(pod)
      let told = try recorder.environment(.add)
      let request = try trial.request(.add, pod)
      for variable in request.environment where variable.key.hasPrefix("CNI_") {
        trial.expect(
          told.contains("\(variable.key)='\(variable.value)'")
            || told.contains("\(variable.key)=\"\(variable.value)\""),
          "\(variable.key) was \(variable.value) to the plugin, and not to its delegate")
      }
    },
    Case(
      .spec, "delegate-traceparent", .must, "TRACEPARENT and unknown variables reach the IPAM plugin untouched.",
      basis: "\(SpecBasis.delegation): the same environment; W3C Trace Context", on: .interface
    ) { trial in
      let recorder = try DelegateRecorder(trial)
      let trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
      let call = try trial.addAlone(try trial.standardPod()) { request in
        request["TRACEPARENT"] = trace
        request["CNI_SOMETHING_NEW"] = "some value"
      }
      try trial.require(call.succeeded, "ADD failed: \(call.outcome)")
      let told = try recorder.environment(.add)
      trial.expect(told.contains(trace), "the delegate did not get TRACEPARENT")
      trial.expect(told.contains("some value"), "the delegate did not get CNI_SOMETHING_NEW")
    },
    Case(
      .spec, "delegate-configuration", .must, "The IPAM plugin gets the whole configuration, unknown keys and all.",
      basis: "CNI 1.1.0, section 4, \"Delegated Plugin protocol\": the complete network configuration", on: .interface
    ) { trial in
      let recorder = try DelegateRecorder(trial)
      try trial.configure { $0["example.com/unknown"] = ["a": [1, "x"]] }
      let pod = try trial.standardPod()
      _ = try trial.attach(pod)
      let told = try recorder.configuration(.add)
      for (key, value) in try trial.request(.add, pod).configuration.map({ ($0.key, $0.value) }) {
        trial.expect(
          told[key] == value, "`\(key)` is \(told[key].map(\.description) ?? "missing") to the delegate, not \(value)")
      }
    },
    Case(
      .spec, "delegate-stderr", .should, "What the IPAM plugin says on standard error is on the plugin's own.",
      basis: "\(SpecBasis.delegation): the delegated plugin's stderr", on: .interface
    ) { trial in
      let recorder = try DelegateRecorder(trial)
      let call = try trial.add(try trial.standardPod())
      guard try recorder.wasCalled(.add) else { try trial.skip("the plugin has executed no delegate") }
      trial.expect(
        call.response.stderr.contains(DelegateRecorder.words),
        "standard error has not what the delegate said: \(call.response.stderr)")
    },
  ]

  private static func asked(_ verb: Verb, _ weight: Weight) -> Case {
    Case(
      .spec, "delegate-gets-\(verb.inIDs)", weight, "\(verb.rawValue) of the plugin asks its IPAM plugin too.",
      basis: "\(SpecBasis.delegation); \(basis(verb))", on: .interface
    ) { trial in
      switch verb {
      case .gc, .status: try trial.speak(atLeast: "1.1.0", for: verb.rawValue)
      case .check: try trial.requireCheck()
      default: break
      }
      let recorder = try DelegateRecorder(trial)
      let pod = try trial.standardPod()
      let result = try trial.attach(pod)
      guard try verb == .add || recorder.wasCalled(.add) else {
        try trial.skip("the plugin has executed no delegate")
      }
      switch verb {
      case .del: _ = try trial.delAlone(pod, result)
      case .check: _ = try trial.checkAlone(pod, result)
      case .gc: _ = try trial.gcAlone(valid: [pod])
      case .status: _ = try trial.statusAlone()
      case .add, .version: break
      }
      trial.expect(try recorder.wasCalled(verb), "the IPAM plugin was not called with \(verb.rawValue)")
    }
  }
}
