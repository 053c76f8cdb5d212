import CNI
import JSON
import LinuxKernel
import Netlink

extension Catalogue {
  /// A plugin behind others: what it needs of the previous result.
  static let specChained: [Case] = [
    Case(
      .spec, "chained-without-prevresult", .should,
      "A chained plugin that gets no prevResult answers: with a result, or with an error document.",
      basis: "\(SpecBasis.add); \(SpecBasis.errors)", on: .chained
    ) { trial in
      let call = try trial.addAlone(try trial.standardPod()) { $0.configuration["prevResult"] = nil }
      trial.expectAnswer(call, to: "ADD without prevResult")
      guard call.succeeded else { return }
      trial.expect(call.document?.object != nil, "ADD without prevResult gave no result: \(call.outcome)")
    },
    Case(
      .spec, "chained-check-without-prevresult", .should,
      "A chained plugin's CHECK without prevResult answers: with success, or with an error document.",
      basis: "\(SpecBasis.check); \(SpecBasis.errors)", on: .chained
    ) { trial in
      let (pod, _) = try attached(trial)
      trial.expectAnswer(try trial.checkAlone(pod, nil), to: "CHECK without prevResult")
    },
    Case(
      .spec, "chained-with-malformed-prevresult", .should, "ADD with a prevResult that is no result is refused.",
      basis: "\(SpecBasis.add): it must handle prevResult", on: .chained
    ) { trial in
      for (what, value) in [("a text", JSON.string("no result")), ("an array", [1, 2])] {
        let call = try trial.addAlone(try trial.standardPod()) { $0.configuration["prevResult"] = value }
        trial.expectRefusal(call, of: "ADD with \(what) as prevResult")
      }
    },
    Case(
      .spec, "chained-with-bad-index", .must,
      "A prevResult with an address whose `interface` points nowhere makes no plugin crash.",
      basis: "\(SpecBasis.result): `interface` is an index; what others print is not to be trusted", on: .chained
    ) { trial in
      for index in [-1, 99] {
        let call = try trial.addAlone(try trial.standardPod()) { request in
          request.changePreviousResult { result in
            result["ips"] = .array(
              (result["ips"]?.array ?? []).map { ip in
                var ip = ip.object ?? [:]
                ip["interface"] = .integer(index)
                return .object(ip)
              })
          }
        }
        trial.expectAnswer(call, to: "ADD with the interface index \(index) in prevResult")
      }
    },
    Case(
      .spec, "chained-without-addresses", .should,
      "A prevResult without addresses, as of a network of layer 2, is answered.",
      basis: "\(SpecBasis.result): `ips` may be empty", on: .chained
    ) { trial in
      let call = try trial.addAlone(try trial.standardPod()) { request in
        request.changePreviousResult { result in
          result["ips"] = nil
          result["routes"] = nil
        }
      }
      trial.expectAnswer(call, to: "ADD with a prevResult without addresses")
    },
    Case(
      .spec, "chained-result-version", .must, "A chained plugin's result has the version of the request.",
      basis: SpecBasis.result, on: .chained
    ) { trial in
      let version = try trial.attach(try trial.standardPod())["cniVersion"]?.string
      trial.expect(version == trial.subject.version, "`cniVersion` is \(version ?? "missing")")
    },
    Case(
      .spec, "chained-leaves-pod-reachable", .must, "The interface keeps its addresses and is up after a chained ADD.",
      basis: "\(SpecBasis.add): it adjusts the configuration of the interface", on: .chained
    ) { trial in
      let pod = try trial.standardPod()
      let previous = try trial.prepare(pod)
      guard try trial.link(pod) != nil else { try trial.skip("the plugins before it make no interface") }
      let before = try trial.addresses(pod)
      trial.expectSuccess(trial.send(try trial.request(.add, pod, previousResult: previous)), of: "ADD")
      trial.expect(try trial.link(pod)?.isUp == true, "\(pod.interfaceName) is gone, or down")
      let after = try trial.addresses(pod)
      trial.expect(Set(before).isSubset(of: after), "\(pod.interfaceName) had \(before), and has \(after)")
    },
    Case(
      .spec, "chained-del-leaves-interface", .must,
      "DEL of a chained plugin leaves the interface to the one that made it.",
      basis: "\(SpecBasis.del): undo any modifications applied in the plugin's ADD", on: .chained
    ) { trial in
      let pod = try trial.standardPod()
      let result = try trial.attach(pod)
      guard try trial.link(pod) != nil else { try trial.skip("the plugins before it make no interface") }
      let before = try trial.addresses(pod)
      let call = try trial.delAlone(pod, result)
      guard call.succeeded else { try trial.skip("DEL failed") }
      let after = try trial.addresses(pod)
      trial.expect(Set(after) == Set(before), "\(pod.interfaceName) had \(before), and has \(after) after DEL")
    },
  ]
}

extension Request {
  /// Changes the previous result, where there is one.
  mutating func changePreviousResult(_ change: (inout JSONObject) -> Void) {
    guard var result = configuration["prevResult"]?.object else { return }
    change(&result)
    configuration["prevResult"] = .object(result)
  }
}
