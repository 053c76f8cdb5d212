import CNI
import JSON
import LinuxKernel
import Netlink

extension Catalogue {
  /// CHECK of what is in order, and with a prevResult that is not.
  static let specCheck: [Case] = [
    Case(
      .spec, "check-after-add", .must, "CHECK passes right after ADD.",
      basis: "\(SpecBasis.check): called immediately after an ADD", on: .all
    ) { trial in
      let (pod, result) = try attached(trial)
      // Of a plugin behind others, its own alone: theirs is judged where they are.
      let whole = trial.subject.kind == .chain
      let call = try whole ? trial.check(pod, previousResult: result) : trial.checkAlone(pod, result)
      trial.expectSuccess(call, of: "CHECK right after ADD")
    },
    Case(
      .spec, "check-twice", .must, "CHECK passes as often as it is called.", basis: SpecBasis.check, on: .networks
    ) { trial in
      let (pod, result) = try passing(trial)
      trial.expectSuccess(try trial.check(pod, previousResult: result), of: "the second CHECK")
    },
    Case(
      .spec, "check-changes-nothing", .should, "CHECK changes nothing in the pod.",
      basis: "\(SpecBasis.check): it probes the status", on: .networks
    ) { trial in
      let (pod, result) = try attached(trial)
      let before = try PodState(trial, pod)
      try trial.check(pod, previousResult: result)
      let changes = try PodState(trial, pod).changes(since: before)
      trial.expect(changes.isEmpty, "CHECK changed the pod: \(changes.joined(separator: ", "))")
    },
    Case(
      .spec, "check-with-more-in-pod", .must, "CHECK passes when others have added an address and a link.",
      basis: "\(SpecBasis.check): a later plugin may have modified networking resources", on: .networks
    ) { trial in
      let (pod, result) = try madeInterface(trial)
      let link = try trial.requireLink(pod)
      try trial.addForeignLink("other0", in: pod)
      let more = try trial.require(IPPrefix("203.0.113.7/32"), "no address")
      try trial.kernel(pod).perform(.addAddress(more, toLink: link.index))
      let call = try trial.check(pod, previousResult: result)
      trial.expectSuccess(call, of: "CHECK with another address and link in the pod")
    },
    Case(
      .spec, "check-without-prevresult", .should, "CHECK without prevResult is refused.",
      basis: "\(SpecBasis.check): a runtime must include it, the plugin must consult it", on: .interface
    ) { trial in
      let (pod, _) = try madeInterface(trial)
      trial.expectRefusal(try trial.checkAlone(pod, nil), of: "CHECK without prevResult")
    },
    Case(
      .spec, "check-with-malformed-prevresult", .should, "CHECK with a prevResult that is no result is refused.",
      basis: "\(SpecBasis.check): the plugin must consult prevResult", on: .interface
    ) { trial in
      let (pod, _) = try madeInterface(trial)
      trial.expectRefusal(try trial.checkAlone(pod, "no result"), of: "CHECK with a text as prevResult")
    },
    Case(
      .spec, "check-with-foreign-interface", .should,
      "CHECK with a prevResult that does not have the pod's interface is refused.",
      basis: "\(SpecBasis.check): the plugin must consult prevResult", on: .interface
    ) { trial in
      let (pod, result) = try madeInterface(trial)
      var changed = result.object ?? [:]
      changed["interfaces"] = [["name": "other0", "sandbox": .string(pod.networkNamespace)]]
      let ips = (changed["ips"]?.array ?? []).map { ip -> JSON in
        var ip = ip.object ?? [:]
        ip["interface"] = 0
        return .object(ip)
      }
      if !ips.isEmpty { changed["ips"] = .array(ips) }
      let call = try trial.check(pod, previousResult: .object(changed))
      trial.expectRefusal(call, of: "CHECK with a prevResult without \(pod.interfaceName)")
    },
    Case(
      .spec, "check-with-foreign-address", .should,
      "CHECK with a prevResult that has an address which the pod has not is refused.",
      basis: "\(SpecBasis.check): a resource that is listed in prevResult and missing", on: .interface
    ) { trial in
      let (pod, result) = try madeInterface(trial)
      var changed = result.object ?? [:]
      guard var ips = changed["ips"]?.array, var first = ips.first?.object,
        let prefix = first["address"]?.string.flatMap({ IPPrefix($0) })
      else { try trial.skip("the result has no addresses") }
      first["address"] = prefix.address.family == .v4 ? "203.0.113.7/24" : "2001:db8:7::7/64"
      ips[0] = .object(first)
      changed["ips"] = .array(ips)
      let call = try trial.check(pod, previousResult: .object(changed))
      trial.expectRefusal(call, of: "CHECK with an address in prevResult that the pod does not have")
    },
    Case(
      .spec, "check-with-missing-namespace", .should, "CHECK is refused when the namespace is gone.",
      basis: "\(SpecBasis.check): the container is generally unreachable", on: .interface
    ) { trial in
      let (pod, result) = try madeInterface(trial)
      try trial.discard(pod)
      let call = try trial.check(pod, previousResult: result)
      trial.expectRefusal(call, of: "CHECK without the namespace")
    },
  ]

  static func attached(_ trial: Trial) throws -> (Pod, JSON) {
    try trial.requireCheck()
    let pod = try trial.standardPod()
    return (pod, try trial.attach(pod))
  }

  /// An attachment whose CHECK passes.
  static func passing(_ trial: Trial) throws -> (Pod, JSON) {
    let (pod, result) = try attached(trial)
    guard try trial.check(pod, previousResult: result).succeeded else { try trial.skip("CHECK fails before it too") }
    return (pod, result)
  }

  /// An attachment whose plugin has made the interface, and whose CHECK passes.
  static func madeInterface(_ trial: Trial) throws -> (Pod, JSON) {
    try trial.requireNewInterface(try trial.standardPod())
    let (pod, result) = try passing(trial)
    _ = try trial.requireLink(pod)
    return (pod, result)
  }
}
