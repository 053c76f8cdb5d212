import CNI
import JSON
import LinuxKernel
import Netlink

extension Catalogue {
  /// DEL and what is not its own.
  static let specDelOthers: [Case] = [
    Case(
      .spec, "del-leaves-foreign-links", .must, "DEL leaves the pod's other links alone.",
      basis: "\(SpecBasis.del): the interface defined by CNI_IFNAME", on: .networks
    ) { trial in
      let pod = try trial.standardPod()
      try trial.addForeignLink("other0", in: pod)
      let result = try trial.attach(pod)
      try trial.detach(pod, previousResult: result)
      let links = try trial.links(pod)
      trial.expect(links.contains { $0.name == "other0" && $0.isUp }, "other0 is gone, or down")
    },
    Case(
      .spec, "del-leaves-second-interface", .must, "DEL of one interface leaves another one of the container alone.",
      basis: "CNI 1.1.0, section 3: an attachment is identified by CNI_CONTAINERID and CNI_IFNAME", on: .networks
    ) { trial in
      let pod = try trial.newInterfacePod()
      let first = try trial.attach(pod)
      var second = pod
      second.interfaceName = "eth1"
      let call = try trial.add(second)
      guard call.succeeded, try trial.link(second) != nil else { try trial.skip("there is no second interface") }
      let before = try trial.addresses(second)
      try trial.del(pod, previousResult: first)
      let after = try trial.addresses(second)
      trial.expect(try trial.link(second)?.isUp == true, "eth1 is gone, or down")
      trial.expect(Set(after) == Set(before), "eth1 had \(before), and has \(after) after DEL of \(pod.interfaceName)")
    },
    Case(
      .spec, "del-leaves-second-container", .must, "DEL of one container leaves another one's interface as it is.",
      basis: SpecBasis.lifecycle, on: .networks
    ) { trial in
      let (first, second) = (try trial.standardPod(), try trial.standardPod())
      let result = try trial.attach(first)
      _ = try trial.attach(second)
      let before = try PodState(trial, second)
      try trial.del(first, previousResult: result)
      let changes = try PodState(trial, second).changes(since: before)
      trial.expect(changes.isEmpty, "the other container changed: \(changes.joined(separator: ", "))")
    },
    Case(
      .spec, "del-of-one-then-check", .must, "CHECK of one container passes after DEL of another.",
      basis: "\(SpecBasis.check); \(SpecBasis.lifecycle)", on: .networks
    ) { trial in
      try trial.requireCheck()
      let (first, second) = (try trial.standardPod(), try trial.standardPod())
      let result = try trial.attach(first)
      let kept = try trial.attach(second)
      guard try trial.check(second, previousResult: kept).succeeded else {
        try trial.skip("CHECK fails before DEL too")
      }
      try trial.del(first, previousResult: result)
      trial.expectSuccess(try trial.check(second, previousResult: kept), of: "CHECK after DEL of another container")
    },
    Case(
      .spec, "del-late-leaves-successor", .must,
      "A repeated DEL of a container leaves alone what others have got meanwhile.",
      basis: "\(SpecBasis.del): multiple DEL calls; \(SpecBasis.lifecycle)", on: .networks
    ) { trial in
      let first = try trial.standardPod()
      let result = try trial.attach(first)
      try trial.detach(first, previousResult: result)
      let second = try trial.standardPod()
      let kept = try trial.attach(second)
      let before = try PodState(trial, second)
      let hasCheck = try SpecificationVersion(trial.subject.version) >= SpecificationVersion("0.4.0")
      let passed = try hasCheck && trial.check(second, previousResult: kept).succeeded
      try trial.del(first, previousResult: result)
      let changes = try PodState(trial, second).changes(since: before)
      trial.expect(changes.isEmpty, "the other container changed: \(changes.joined(separator: ", "))")
      guard passed else { return }
      trial.expectSuccess(try trial.check(second, previousResult: kept), of: "CHECK after another's repeated DEL")
    },
  ]
}
