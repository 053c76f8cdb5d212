import CNI
import JSON
import LinuxKernel
import Netlink

extension Catalogue {
  /// ADD again, of several containers, and of several interfaces.
  static let specAdd: [Case] = [
    Case(
      .spec, "add-twice", .must, "A second ADD of the same container and interface is refused.",
      basis: "\(SpecBasis.add): an interface of the requested name already exists", on: .networks
    ) { trial in
      let pod = try trial.newInterfacePod()
      _ = try trial.attach(pod)
      trial.expectRefusal(try trial.add(pod), of: "the second ADD")
    },
    Case(
      .spec, "add-twice-keeps-first", .must, "A second ADD that is refused leaves what the first one made.",
      basis: "\(SpecBasis.add); the first attachment is in use", on: .interface
    ) { trial in
      let pod = try trial.newInterfacePod()
      _ = try trial.attach(pod)
      let before = try PodState(trial, pod)
      guard !(try trial.add(pod).succeeded) else { try trial.skip("the second ADD was not refused") }
      let changes = try PodState(trial, pod).changes(since: before)
      trial.expect(changes.isEmpty, "the second ADD changed the pod: \(changes.joined(separator: ", "))")
    },
    Case(
      .spec, "add-twice-then-check", .should, "CHECK passes after a second ADD that was refused.",
      basis: "\(SpecBasis.add); the first attachment is in use", on: .networks
    ) { trial in
      try trial.requireCheck()
      let pod = try trial.newInterfacePod()
      let result = try trial.attach(pod)
      guard try trial.check(pod, previousResult: result).succeeded else { try trial.skip("CHECK fails before it too") }
      guard !(try trial.add(pod).succeeded) else { try trial.skip("the second ADD was not refused") }
      trial.expectSuccess(try trial.check(pod, previousResult: result), of: "CHECK after the refused second ADD")
    },
    Case(
      .spec, "add-after-del", .must, "After DEL the same container and interface can be added again.",
      basis: "\(SpecBasis.add): \"without an intervening DEL\"", on: .networks
    ) { trial in
      let pod = try trial.standardPod()
      try trial.detach(pod, previousResult: try trial.attach(pod))
      trial.expectSuccess(try trial.add(pod), of: "ADD after DEL")
    },
    Case(
      .spec, "second-interface", .must, "A container can be added a second time with another interface name.",
      basis: "\(SpecBasis.add): \"only if each addition is done with a different interface name\"", on: .networks
    ) { trial in
      let pod = try trial.newInterfacePod()
      let first = try trial.attach(pod)
      var second = pod
      second.interfaceName = "eth1"
      trial.expectSuccess(try trial.add(second), of: "ADD with the second interface name")
      guard trial.violations.isEmpty, try trial.link(pod) != nil else { return }
      trial.expect(try trial.link(second) != nil, "the pod has no eth1")
      let told = try trial.fields(of: first).addresses(of: pod.interfaceName).map(\.address)
      let real = try trial.addresses(pod)
      trial.expect(told.allSatisfy(real.contains), "\(pod.interfaceName) has lost an address: \(real)")
    },
    Case(
      .spec, "two-pods", .must, "Two containers get interfaces with different addresses and MACs.",
      basis: "CNI 1.1.0, \"Overview\": a network's endpoints are uniquely addressable", on: .networks
    ) { trial in
      let pods = [try trial.newInterfacePod(), try trial.newInterfacePod()]
      let results = try pods.map { try trial.fields(of: try trial.attach($0)) }
      let fixesMAC = trial.subject.list.plugins[trial.subject.range].contains { $0.object["mac"] != nil }
      let macs = try fixesMAC ? [] : pods.compactMap { try trial.link($0)?.mac }
      trial.expect(Set(macs).count == macs.count, "both have the MAC \(macs.first.map(\.description) ?? "")")
      let configuration = trial.subject.list.plugins[trial.subject.range.lowerBound]
      guard configuration.ipamType != "static" else { return }
      let addresses = zip(pods, results).map { pod, result in
        result.addresses(of: pod.interfaceName).map(\.address.address)
      }
      let common = Set(addresses[0]).intersection(addresses[1])
      trial.expect(common.isEmpty, "both have \(common.map(\.description).sorted().joined(separator: ", "))")
    },
    Case(
      .spec, "add-with-exhausted-addresses", .must, "ADD is refused when no address is left.",
      basis: "\(SpecBasis.delegation); \(SpecBasis.add)", on: .interface
    ) { trial in
      try trial.leaveOneAddress()
      _ = try trial.attach(try trial.standardPod())
      trial.expectRefusal(try trial.add(try trial.standardPod()), of: "ADD without an address left")
    },
    Case(
      .spec, "add-exhausted-leaves-first", .should,
      "ADD that is refused for want of addresses leaves the others alone.",
      basis: SpecBasis.lifecycle, on: .interface
    ) { trial in
      try trial.leaveOneAddress()
      let pod = try trial.standardPod()
      _ = try trial.attach(pod)
      let before = try PodState(trial, pod)
      try trial.add(try trial.standardPod())
      let changes = try PodState(trial, pod).changes(since: before)
      trial.expect(changes.isEmpty, "the other pod changed: \(changes.joined(separator: ", "))")
    },
  ]
}

extension Trial {
  /// Changes the network to one that has a single address to give; skips where its IPAM is another than host-local.
  func leaveOneAddress() throws {
    guard subject.list.plugins[subject.range.lowerBound].ipamType == "host-local" else {
      try skip("the addresses can be made scarce with host-local only")
    }
    _ = try configureIPAM { ipam in
      for key in ["ranges", "gateway", "routes"] { ipam[key] = nil }
      ipam["subnet"] = "10.97.31.0/24"
      ipam["rangeStart"] = "10.97.31.9"
      ipam["rangeEnd"] = "10.97.31.9"
    }
  }
}
