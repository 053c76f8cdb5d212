import CNI
import Netlink

extension Catalogue {
  /// CNI_IFNAME: what must work and what cannot.
  static let specInterfaceNames: [Case] = [
    Case(
      .spec, "ifname-of-15-bytes", .must, "An interface name of 15 bytes, the most that Linux takes, works.",
      basis: "\(SpecBasis.parameters): CNI_IFNAME", on: .networks
    ) { trial in
      try expectWorks("abcdefghijklmno", trial)
    },
    Case(
      .spec, "ifname-with-punctuation", .must, "An interface name with dots, dashes and underscores works.",
      basis: "\(SpecBasis.parameters): CNI_IFNAME", on: .interface
    ) { trial in
      try expectWorks("net1.a_b-c", trial)
    },
    refused("of-16-bytes", "abcdefghijklmnop", "of 16 bytes"),
    refused("dot", ".", "\".\""),
    refused("dots", "..", "\"..\""),
    refused("with-slash", "a/b", "with a slash"),
    refused("with-space", "a b", "with a space"),
    refused("with-colon", "a:b", "with a colon"),
    Case(
      .spec, "ifname-taken", .must, "ADD of an interface name that the pod has already is refused.",
      basis: "\(SpecBasis.add): an interface of the requested name already exists", on: .networks
    ) { trial in
      let pod = try trial.newInterfacePod()
      try trial.addForeignLink(pod.interfaceName, in: pod)
      trial.expectRefusal(try trial.add(pod), of: "ADD of \(pod.interfaceName), which is there already,")
    },
    Case(
      .spec, "ifname-taken-keeps-it", .must, "ADD of an interface name that is taken leaves the other's link as it is.",
      basis: "\(SpecBasis.add): an interface of the requested name already exists", on: .interface
    ) { trial in
      let pod = try trial.newInterfacePod()
      try trial.addForeignLink(pod.interfaceName, in: pod)
      let before = try trial.requireLink(pod)
      guard !(try trial.add(pod).succeeded) else { try trial.skip("ADD was not refused") }
      let after = try trial.link(pod)
      trial.expect(after?.index == before.index, "\(pod.interfaceName) is another link than before, or none")
      trial.expect(try trial.addresses(pod).isEmpty, "\(pod.interfaceName) has got addresses")
    },
  ]

  private static func refused(_ name: String, _ interface: String, _ what: String) -> Case {
    Case(
      .spec, "ifname-\(name)", .must, "The interface name \(what), which Linux does not take, is refused.",
      basis: "\(SpecBasis.parameters): CNI_IFNAME, \"must return an error\"", on: .interface
    ) { trial in
      if trial.isAddressManager { try trial.skip("an IPAM plugin makes no interface") }
      let pod = try trial.standardPod()
      var request = try trial.request(.add, pod, plugin: trial.subject.range.lowerBound)
      request["CNI_IFNAME"] = interface
      trial.expectRefusal(trial.send(request), of: "ADD with the interface name \"\(interface)\"")
    }
  }

  private static func expectWorks(_ name: String, _ trial: Trial) throws {
    try trial.requireNewInterface(try trial.standardPod())
    let pod = try trial.pod(interface: name)
    let call = try trial.add(pod)
    trial.expectSuccess(call, of: "ADD with the interface name \(name)")
    guard call.succeeded else { return }
    trial.expect(try trial.link(pod) != nil, "the pod has no interface \(name)")
  }
}
