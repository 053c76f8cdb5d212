import CNI
import LinuxKernel

extension PodSandboxConfiguration {
  /// What is asked for and will not be done, as far as that can be told before a plugin has run: a sentence each.
  ///
  /// - Parameters:
  ///   - networks: those that the pod will be on; none in the host's network.
  ///   - host: what this host has.
  func warnings(on networks: [NetworkConfigurationList], host: HostFeatures) -> [String] {
    var warnings = Warnings()
    if linux.securityContext.namespaceOptions.network == .pod {
      warnings.add(undeclaredCapabilities(networks))
    } else {
      warnings.add(hostNetworkWarnings)
    }
    warnings.add(overriddenCapabilities)
    warnings.add(loopbackPorts)
    warnings.add(linux.sysctlWarnings(on: host))
    if linux.securityContext.selinuxOptions != nil, !host.hasSELinux {
      warnings.add(
        "config.linux.securityContext.selinuxOptions: this host has no SELinux; the label is without effect")
    }
    if linux.securityContext.seccompProfile != nil {
      warnings.add(
        "config.linux.securityContext.seccomp: the profile is without effect; the pod's own process has a filter that allows less"
      )
    }
    warnings.add(linux.resources?.unsetLimits ?? [])
    return warnings.texts
  }

  /// What is asked for and is not done, as far as only the networks' results tell: a sentence each.
  ///
  /// - Parameter addresses: those of the pod's `eth0`.
  func warnings(addresses: [String]) -> [String] {
    guard linux.securityContext.namespaceOptions.network == .pod else { return [] }
    let families = Set(addresses.compactMap { HostPort.address($0)?.family })
    guard !families.isEmpty else { return [] }
    var warnings = Warnings()
    for (index, mapping) in portMappings.enumerated() {
      guard let port = HostPort(mapping), let address = port.address, !families.contains(address.family) else {
        continue
      }
      warnings.add(
        "config.portMappings[\(index)]: hostIp \(mapping.hostIP) is an IPv\(address.family == .v4 ? 4 : 6) address, and the pod has none; the host port \(port) leads nowhere"
      )
    }
    return warnings.texts
  }

  /// Capabilities that somebody asked for and no plugin declares.
  private func undeclaredCapabilities(_ networks: [NetworkConfigurationList]) -> [String] {
    let declared = Set(networks.flatMap { $0.plugins.flatMap(\.capabilities) })
    let names = networks.map { "\"\($0.name)\"" }.joined(separator: ", ")
    let place = "no plugin of the network\(networks.count == 1 ? "" : "s") \(names)"
    return askedCapabilities.filter { !declared.contains($0.capability) }
      .map { "\($0.subject): \(place) declares the capability \"\($0.capability)\"; \($0.effect)" }
  }

  /// Each capability that the request has a value for, and what comes of it where nobody takes the value.
  private var askedCapabilities: [(capability: String, subject: String, effect: String)] {
    var asked: [(capability: String, subject: String, effect: String)] = []
    let ports = hostPorts
    if let first = ports.first {
      let rest = ports.count == 1 ? "" : " and \(ports.count - 1) more"
      asked.append(("portMappings", "config.portMappings", "the host port \(first)\(rest) leads nowhere"))
    }
    let bandwidth = bandwidthAnnotations
    if !bandwidth.isEmpty {
      asked.append(
        (
          "bandwidth", bandwidth.map { "config.annotations[\($0)]" }.joined(separator: ", "),
          "the pod's traffic is not limited"
        ))
    }
    let own = CapabilityArguments.ownCapabilities(self)
    for (key, capability) in capabilityAnnotations where !own.contains(capability) {
      asked.append((capability, "config.annotations[\(key)]", "its value is without effect"))
    }
    return asked
  }

  /// What belongs to a network of the pod's own and is asked for with the host's.
  private var hostNetworkWarnings: [String] {
    let reason = "the pod is in the host's network"
    var texts: [String] = []
    let ports = portMappings.compactMap(HostPort.init)
    if let first = ports.first {
      let rest = ports.count == 1 ? "" : " and \(ports.count - 1) more"
      texts.append(
        "config.portMappings: \(reason), so nothing is mapped (\(first)\(rest)); a process of the pod listens on the host's port itself"
      )
    }
    texts += (bandwidthAnnotations + capabilityAnnotations.map(\.key)).map {
      "config.annotations[\($0)]: \(reason), so no plugin runs; it is without effect"
    }
    if !hostname.isEmpty {
      texts.append("config.hostname: \(reason), and so has the host's name; \"\(hostname)\" stands in its files alone")
    }
    return texts
  }

  /// Annotations whose capability one of CRI's own fields sets.
  private var overriddenCapabilities: [String] {
    guard linux.securityContext.namespaceOptions.network == .pod else { return [] }
    let own = CapabilityArguments.ownCapabilities(self)
    return capabilityAnnotations.filter { own.contains($0.capability) }.map {
      "config.annotations[\($0.key)]: the capability \"\($0.capability)\" has its value from CRI's own fields, which win; the annotation is without effect"
    }
  }

  /// IPv6 has no route_localnet: what is sent to ::1 cannot be led out of `lo`.
  private var loopbackPorts: [String] {
    portMappings.enumerated().compactMap { index, mapping in
      guard let port = HostPort(mapping), let address = port.address, address.family == .v6, address.isLoopback,
        linux.securityContext.namespaceOptions.network == .pod
      else { return nil }
      return
        "config.portMappings[\(index)]: the kernel leads nothing that is sent to ::1 to another namespace; the host port \(port) is not reached, use 127.0.0.1"
    }
  }

  private var bandwidthAnnotations: [String] {
    CapabilityArguments.bandwidthAnnotations.filter { annotations[$0] != nil }
  }

  private var capabilityAnnotations: [(key: String, capability: String)] {
    annotations.keys.sorted().compactMap { key in CapabilityArguments.capability(of: key).map { (key, $0) } }
  }
}

extension LinuxResources {
  /// Limits of containers, which a pod's group does not get here; the ones that are set are told by `CgroupLimits`.
  fileprivate var unsetLimits: [String] {
    let fields: [(name: String, isAsked: Bool)] = [
      ("cpusetCpus", !cpusetCpus.isEmpty), ("cpusetMems", !cpusetMems.isEmpty), ("oomScoreAdj", oomScoreAdj != 0),
      ("hugepageLimits", !hugepageLimits.isEmpty),
    ]
    return fields.filter(\.isAsked).map { field in
      "config.linux.resources.\(field.name): it is kept with the pod, and not set on its cgroup"
    }
  }
}
