import CNI
import JSON
import LinuxKernel
import Netlink

extension Catalogue {
  /// What ADD says of itself and of the interfaces.
  static let specResult: [Case] = [
    Case(
      .spec, "result-version", .must, "The result's `cniVersion` is the one of the request.", basis: SpecBasis.result
    ) { trial in
      let version = try trial.attach(try trial.standardPod())["cniVersion"]?.string
      trial.expect(
        version == trial.subject.version,
        "`cniVersion` is \(version ?? "missing"), the request's is \(trial.subject.version)")
    },
    Case(
      .spec, "result-interface", .must,
      "ADD makes the interface with the name asked for, and the result lists it with CNI_NETNS as its sandbox.",
      basis: SpecBasis.result, on: .networks
    ) { trial in
      let pod = try trial.newInterfacePod()
      let result = try trial.attachWithInterfaces(pod)
      _ = try trial.requireLink(pod)
      let named = result.interfaces.filter { $0.name == pod.interfaceName }
      let sandboxes = named.map { $0.sandbox ?? "none" }
      trial.expect(
        sandboxes.contains(pod.networkNamespace),
        "`interfaces` has no \(pod.interfaceName) with sandbox \(pod.networkNamespace); its sandboxes: \(sandboxes)")
    },
    Case(
      .spec, "interface-is-up", .must, "The interface that ADD made is up.",
      basis: "\(SpecBasis.add): connectivity; no runtime brings it up", on: .interface
    ) { trial in
      let pod = try trial.newInterfacePod()
      _ = try trial.attach(pod)
      guard let link = try trial.link(pod) else { try trial.skip("ADD made no interface") }
      trial.expect(link.isUp, "\(pod.interfaceName) is down")
    },
    Case(
      .spec, "lo-stays-up", .must, "The pod's lo, which was up before, is up after ADD.",
      basis: "runtimes bring lo up before any other network", on: .interface
    ) { trial in
      let pod = try trial.standardPod()
      _ = try trial.attach(pod)
      let link = try trial.links(pod).first { $0.name == "lo" }
      trial.expect(link?.isUp == true, "lo is down")
    },
    Case(
      .spec, "result-mac", .should, "The MAC addresses that the result tells are those of the kernel's links.",
      basis: SpecBasis.result, on: .networks
    ) { trial in
      try compareInterfaces(trial) { told, link in
        guard let mac = told.mac else { return nil }
        let real = link.mac.map(\.description) ?? "none"
        return mac.lowercased() == real ? nil : "the MAC of \(told.name) is \(real), the result says \(mac)"
      }
    },
    Case(
      .spec, "result-mtu", .should, "The MTUs that the result tells are those of the kernel's links.",
      basis: SpecBasis.result, on: .networks
    ) { trial in
      try compareInterfaces(trial) { told, link in
        guard let mtu = told.mtu, mtu != 0 else { return nil }
        return mtu == Int(link.mtu) ? nil : "the MTU of \(told.name) is \(link.mtu), the result says \(mtu)"
      }
    },
    Case(
      .spec, "result-interfaces-exist", .must,
      "Every interface that the result lists is there, in the pod or on the host.",
      basis: SpecBasis.result, on: .networks
    ) { trial in
      let pod = try trial.standardPod()
      let result = try trial.attachWithInterfaces(pod)
      let (inside, outside) = (Set(try trial.links(pod).map(\.name)), Set(try RouteSocket().links().map(\.name)))
      for told in result.interfaces where told.socketPath == nil && told.pciID == nil {
        let isThere = (told.sandbox == nil ? outside : inside).contains(told.name)
        trial.expect(isThere, "there is no \(told.name) \(told.sandbox == nil ? "on the host" : "in the pod")")
      }
    },
    Case(
      .spec, "result-sandboxes", .must,
      "An interface of the result has CNI_NETNS as its sandbox, or none where it is the host's.",
      basis: SpecBasis.result, on: .networks
    ) { trial in
      let pod = try trial.standardPod()
      let result = try trial.attachWithInterfaces(pod)
      for told in result.interfaces {
        guard let sandbox = told.sandbox else { continue }
        trial.expect(
          sandbox == pod.networkNamespace,
          "the sandbox of \(told.name) is \(sandbox), CNI_NETNS was \(pod.networkNamespace)")
      }
    },
    Case(
      .spec, "result-shape", .must, "The result has the shape of the version that it is in.", basis: SpecBasis.result,
      on: .networks
    ) { trial in
      let result = try trial.attach(try trial.standardPod())
      for words in ResultShape(trial.subject.version).violations(result) { trial.violate(words) }
    },
    Case(
      .spec, "result-has-no-configuration", .quality, "The result brings back nothing of the request.",
      basis: "\(SpecBasis.result): its keys", on: .networks
    ) { trial in
      let result = try trial.attach(try trial.standardPod())
      for key in ["prevResult", "type", "ipam", "runtimeConfig", "capabilities"] {
        trial.expect(result[key] == nil, "the result has the request's `\(key)`")
      }
    },
  ]

  /// Notes what a comparison finds between the result's interfaces and the kernel's links of these names.
  private static func compareInterfaces(
    _ trial: Trial, _ compare: (CNIResult.Interface, Link) -> String?
  ) throws {
    let pod = try trial.standardPod()
    let result = try trial.attachWithInterfaces(pod)
    let (inside, outside) = (try trial.links(pod), try RouteSocket().links())
    for told in result.interfaces {
      guard let link = (told.sandbox == nil ? outside : inside).first(where: { $0.name == told.name }) else { continue }
      if let words = compare(told, link) { trial.violate(words) }
    }
  }
}

extension Trial {
  /// ADD that must succeed and whose version has interfaces in its result; the result's fields.
  func attachWithInterfaces(_ pod: Pod) throws -> CNIResult {
    guard try SpecificationVersion(subject.version) >= SpecificationVersion("0.3.0") else {
      try skip("a result of CNI \(subject.version) has no interfaces")
    }
    return try fields(of: try attach(pod))
  }

  /// A result's fields, whatever its version.
  func fields(of result: JSON) throws -> CNIResult {
    do {
      return try CNIResult(result, defaultVersion: subject.version)
    } catch {
      throw violated("the result cannot be read: \(error)")
    }
  }

  /// Notes a violation; what is thrown ends the trial.
  private func violated(_ words: String) -> TrialEnd {
    violate(words)
    return .violated
  }
}
