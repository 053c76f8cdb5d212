import CNI
import JSON
import Netlink

extension Catalogue {
  /// DEL: what it undoes, and how often.
  static let specDel: [Case] = [
    Case(
      .spec, "del-removes-interface", .must, "DEL removes the interface that ADD made.", basis: SpecBasis.del,
      on: .networks
    ) { trial in
      let pod = try trial.newInterfacePod()
      let result = try trial.attach(pod)
      guard try trial.link(pod) != nil else { try trial.skip("ADD made no interface") }
      try trial.detach(pod, previousResult: result)
      trial.expect(try trial.link(pod) == nil, "\(pod.interfaceName) is still in the pod")
    },
    Case(
      .spec, "del-after-add", .must, "DEL with all that a runtime gives succeeds.", basis: SpecBasis.del
    ) { trial in
      let pod = try trial.standardPod()
      let result = try trial.attach(pod)
      trial.expectSuccess(try trial.delAlone(pod, result), of: "DEL")
    },
    Case(
      .spec, "del-twice", .must, "A second DEL succeeds.", basis: "\(SpecBasis.del): multiple DEL calls"
    ) { trial in
      let pod = try trial.standardPod()
      let result = try trial.attach(pod)
      _ = try trial.delAlone(pod, result)
      trial.expectSuccess(try trial.delAlone(pod, result), of: "the second DEL")
    },
    Case(
      .spec, "del-twice-without-namespace", .must, "A second DEL succeeds when the namespace is gone since the first.",
      basis: "\(SpecBasis.del): multiple DEL calls; state that is missing"
    ) { trial in
      let pod = try trial.standardPod()
      let result = try trial.attach(pod)
      _ = try trial.delAlone(pod, result)
      try trial.discard(pod)
      trial.expectSuccess(try trial.delAlone(pod, result), of: "the second DEL")
    },
    Case(
      .spec, "del-of-unknown-container", .must, "DEL of a container that was never added succeeds.",
      basis: "\(SpecBasis.del): success if the interface in question is missing"
    ) { trial in
      trial.expectSuccess(try trial.delAlone(try trial.standardPod(), nil), of: "DEL of an unknown container")
    },
    Case(
      .spec, "del-of-unknown-container-without-namespace", .must,
      "DEL of a container that was never added succeeds with an empty CNI_NETNS.",
      basis: "\(SpecBasis.del): success if the interface in question is missing"
    ) { trial in
      let call = try trial.delAlone(try trial.standardPod(), nil) { $0["CNI_NETNS"] = "" }
      trial.expectSuccess(call, of: "DEL of an unknown container with an empty CNI_NETNS")
    },
    Case(
      .spec, "del-after-failed-add", .must, "DEL succeeds after an ADD that failed.",
      basis: "\(SpecBasis.lifecycle): a delete must still be executed even if the add fails"
    ) { trial in
      let pod = try trial.standardPod()
      let call = try trial.addAlone(pod) { request in
        request["CNI_NETNS"] = "/var/run/netns/there-is-none"
        request.configuration["prevResult"] = nil
      }
      guard !call.succeeded else { try trial.skip("ADD did not fail") }
      trial.expectSuccess(try trial.delAlone(pod, nil), of: "DEL after the failed ADD")
    },
    Case(
      .spec, "del-after-refused-add", .must, "DEL succeeds after an ADD that found its interface name taken.",
      basis: "\(SpecBasis.lifecycle): a delete must still be executed even if the add fails", on: .networks
    ) { trial in
      let pod = try trial.newInterfacePod()
      try trial.addForeignLink(pod.interfaceName, in: pod)
      guard !(try trial.add(pod).succeeded) else { try trial.skip("ADD did not fail") }
      for call in try trial.del(pod) { trial.expectSuccess(call, of: "DEL of \(call.request.plugin)") }
    },
    Case(
      .spec, "del-in-reverse", .must, "DEL of the whole chain in reverse order, as runtimes do it, succeeds.",
      basis: "CNI 1.1.0, section 3, \"Deleting an attachment\"", on: .chain
    ) { trial in
      let pod = try trial.standardPod()
      let result = try trial.attach(pod)
      for call in try trial.del(pod, previousResult: result) {
        trial.expectSuccess(call, of: "DEL of \(call.request.plugin)")
      }
    },
  ]
}
