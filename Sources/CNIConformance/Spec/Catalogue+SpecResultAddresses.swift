import CNI
import JSON
import LinuxKernel
import Netlink

extension Catalogue {
  /// What ADD says of addresses, routes and name servers, beside what the kernel has.
  static let specResultAddresses: [Case] = [
    Case(
      .spec, "result-address-indices", .must, "`ips[].interface`, where it is told, is an index into `interfaces`.",
      basis: SpecBasis.result, on: .networks
    ) { trial in
      let result = try trial.attachWithInterfaces(try trial.standardPod())
      for ip in result.ips {
        guard let index = ip.interface else { continue }
        trial.expect(
          result.interfaces.indices.contains(index),
          "`interface` of \(ip.address) is \(index), there are \(result.interfaces.count) interfaces")
      }
    },
    Case(
      .spec, "result-addresses-have-interface", .quality,
      "Each address says which of several interfaces it belongs to.", basis: SpecBasis.result, on: .interface
    ) { trial in
      let result = try trial.attachWithInterfaces(try trial.standardPod())
      guard result.interfaces.count > 1 else { try trial.skip("the result has not several interfaces") }
      for ip in result.ips { trial.expect(ip.interface != nil, "\(ip.address) says no `interface`") }
    },
    Case(
      .spec, "result-addresses-in-pod", .must, "Each address that the result gives to the pod's interface is on it.",
      basis: SpecBasis.result, on: .networks
    ) { trial in
      let (pod, result) = try attachedInterface(trial)
      let told = result.addresses(of: pod.interfaceName, preference: .cni).map(\.address)
      guard !told.isEmpty else { try trial.skip("the result has no addresses") }
      let real = try trial.addresses(pod)
      for prefix in told {
        trial.expect(
          real.contains(prefix), "\(prefix) is not on \(pod.interfaceName), which has \(real.map(\.description))")
      }
    },
    Case(
      .spec, "pod-addresses-in-result", .should, "Each address of the pod's interface is told in the result.",
      basis: SpecBasis.result, on: .interface
    ) { trial in
      let (pod, result) = try attachedInterface(trial)
      let told = result.ips.map(\.address)
      for prefix in try trial.addresses(pod) {
        trial.expect(told.contains(prefix), "\(prefix) is on \(pod.interfaceName), and not in the result")
      }
    },
    Case(
      .spec, "result-gateways", .should, "A gateway is another address of the family of its `address`.",
      basis: SpecBasis.result, on: .networks
    ) { trial in
      let result = try trial.fields(of: try trial.attach(try trial.standardPod()))
      for ip in result.ips {
        guard let text = ip.gateway, let gateway = IPAddress(text) else { continue }
        trial.expect(
          gateway.family == ip.address.address.family && gateway != ip.address.address,
          "the gateway of \(ip.address) is \(gateway)")
      }
    },
    Case(
      .spec, "result-routes-in-pod", .must, "Each route that the result tells is in the pod.", basis: SpecBasis.result,
      on: .networks
    ) { trial in
      let (pod, result) = try attachedInterface(trial)
      guard !result.routes.isEmpty else { try trial.skip("the result has no routes") }
      let real = try trial.kernel(pod).routes(table: nil)
      for told in result.routes {
        trial.expect(
          real.contains { agrees($0, told) },
          "there is no route to \(told.destination)\(told.gateway.map { " by way of \($0)" } ?? "") in the pod")
      }
    },
    Case(
      .spec, "configured-routes-kept", .should, "The routes of the `ipam` section are in the result.",
      basis: "the reference IPAM plugins: `ipam.routes`", on: .interface
    ) { trial in
      let plugin = trial.subject.list.plugins[trial.subject.range.lowerBound]
      let wanted = (plugin.object["ipam"]?["routes"]?.array ?? []).compactMap {
        $0["dst"]?.string.flatMap(IPPrefix.init)
      }
      guard !wanted.isEmpty else { try trial.skip("the configuration has no `ipam.routes`") }
      let told = try trial.fields(of: try trial.attach(try trial.standardPod())).routes.map(\.destination)
      for prefix in wanted { trial.expect(told.contains(prefix), "the route to \(prefix) is not in the result") }
    },
    Case(
      .spec, "configured-dns-kept", .quality, "The `dns` of the configuration is in the result.",
      basis: "\(SpecBasis.configuration): well-known keys", on: .interface
    ) { trial in
      try trial.configure { plugin in
        plugin["dns"] = ["nameservers": ["192.0.2.53"], "domain": "conformance.example", "search": ["a.example"]]
      }
      guard trial.hasIPAM else { try trial.skip("the plugin has no IPAM section") }
      let dns = try trial.fields(of: try trial.attach(try trial.standardPod())).dns
      trial.expect(dns.nameservers == ["192.0.2.53"], "`dns.nameservers` is \(dns.nameservers)")
      trial.expect(dns.domain == "conformance.example", "`dns.domain` is \(dns.domain ?? "missing")")
      trial.expect(dns.search == ["a.example"], "`dns.search` is \(dns.search)")
    },
  ]

  private static func attachedInterface(_ trial: Trial) throws -> (Pod, CNIResult) {
    let pod = try trial.newInterfacePod()
    return (pod, try trial.fields(of: try trial.attach(pod)))
  }

  private static func agrees(_ route: Route, _ told: CNIResult.Route) -> Bool {
    guard route.destination.network == told.destination.network else { return false }
    if let table = told.table, Int(route.table) != table { return false }
    guard let gateway = told.gateway.flatMap(IPAddress.init) else { return true }
    return route.gateway == gateway || route.hops.contains { $0.gateway == gateway }
  }
}

extension Trial {
  /// Whether the first plugin under test asks an IPAM plugin.
  var hasIPAM: Bool {
    !isAddressManager && subject.list.plugins[subject.range.lowerBound].ipamType != nil
  }
}
