import JSON

extension PodSandboxConfiguration {
  /// The ports of the host that the pod takes for itself, in the order of its mappings.
  ///
  /// A mapping without a host port takes none, and neither does a pod in the host's network, for which nothing is mapped.
  var hostPorts: [HostPort] { mappedPorts.map(\.port) }

  /// Refuses a pod that maps one port of the host twice.
  ///
  /// - Throws: `failedPrecondition` naming both mappings.
  func validateHostPorts() throws(SandboxError) {
    // A request can have mappings by the thousand: each takes its own by turns, as pods do.
    var claims = HostPortClaims()
    for (field, port) in mappedPorts {
      if let conflict = claims.conflict(for: [port]) {
        throw SandboxError(
          .failedPrecondition,
          "\(conflict.holderID) and \(field) map the same host port (\(conflict.held), \(port)); it can lead to one port of the pod only"
        )
      }
      claims.add([port], to: field)
    }
  }

  /// Each mapping that takes a port, with where it stands: CRI's own, else those that an annotation gives to the plugins.
  private var mappedPorts: [(field: String, port: HostPort)] {
    guard linux.securityContext.namespaceOptions.network == .pod else { return [] }
    let own = portMappings.enumerated().compactMap { index, mapping in
      HostPort(mapping).map { (field: "config.portMappings[\(index)]", port: $0) }
    }
    let annotation = CapabilityArguments.annotation(of: "portMappings")
    guard own.isEmpty, let text = annotations[annotation] else { return own }
    do {
      return (try JSON(parsing: text).array ?? []).enumerated().compactMap { index, mapping in
        HostPort(capability: mapping).map { (field: "config.annotations[\(annotation)][\(index)]", port: $0) }
      }
    } catch {
      // It is refused elsewhere.
      return []
    }
  }
}

extension HostPort {
  /// What an entry of the capability `portMappings` takes; `nil` when it is none that the plugins understand.
  fileprivate init?(capability mapping: JSON) {
    func value(_ key: String) -> JSON? { mapping.object?.value(ignoringCase: key) }
    var own = PodSandboxConfiguration.PortMapping()
    guard let port = value("hostPort")?.integer, (1...65535).contains(port),
      let transport = PodSandboxConfiguration.PortMapping.TransportProtocol(
        rawValue: (value("protocol")?.string ?? "tcp").lowercased())
    else { return nil }
    (own.hostPort, own.protocol, own.hostIP) = (Int32(port), transport, value("hostIP")?.string ?? "")
    self.init(own)
  }
}

extension HostPortClaims.Conflict {
  /// Refuses the run that asked for the port.
  ///
  /// - Parameters:
  ///   - name: the holder's `name_namespace_uid_attempt`; empty when it has none any more (a debt).
  ///   - isOwed: whether the holder is gone but for its networks.
  /// - Returns: `failedPrecondition`, naming port, protocol, and the holder's name and id.
  func refusal(holderName name: String, isOwed: Bool = false) -> SandboxError {
    let holder = name.isEmpty ? "the pod \(holderID)" : "the pod \"\(name)\" (\(holderID))"
    let remedy =
      isOwed
      ? "which is gone but for its networks, still to be detached: see berthctl leftovers"
      : "until its networks are detached; stop that pod, or map another port"
    return SandboxError(
      .failedPrecondition,
      "config.portMappings: the host port \(port) is taken: \(holder) has \(held), \(remedy)", sandboxID: holderID)
  }
}
