import CNI
import JSON
import LinuxKernel

/// The values of CNI's capabilities for one pod, from CRI's fields and the pod's annotations.
///
/// A plugin gets those that it declares. CRI's own fields win over an annotation `capability.berth/<name>`.
enum CapabilityArguments {
  private static let annotationPrefix = "capability.berth/"
  private static let podAnnotations = "io.kubernetes.cri.pod-annotations"
  /// Kubernetes' annotations that limit a pod's traffic.
  static let bandwidthAnnotations = ["kubernetes.io/ingress-bandwidth", "kubernetes.io/egress-bandwidth"]

  /// The capability that an annotation of this name holds the value of; `nil` when it is an ordinary one.
  static func capability(of annotation: String) -> String? {
    annotation.hasPrefix(annotationPrefix) ? String(annotation.dropFirst(annotationPrefix.count)) : nil
  }

  /// The annotation that holds the value of a capability.
  static func annotation(of capability: String) -> String { annotationPrefix + capability }

  /// The capabilities that CRI's own fields set for this pod, over whatever its annotations say.
  static func ownCapabilities(_ configuration: PodSandboxConfiguration) -> Set<String> {
    var names: Set = ["cgroupPath", podAnnotations]
    if portMappings(configuration.portMappings) != nil { names.insert("portMappings") }
    if configuration.dnsConfig.flatMap(dns) != nil { names.insert("dns") }
    if bandwidthAnnotations.contains(where: { configuration.annotations[$0] != nil }) { names.insert("bandwidth") }
    return names
  }

  /// Each capability with its value.
  ///
  /// - Throws: `invalidArgument` naming the annotation that is no JSON or no rate.
  static func make(_ configuration: PodSandboxConfiguration, cgroupPath: String) throws(SandboxError) -> [String: JSON]
  {
    var values: [String: JSON] = [:]
    for (key, value) in configuration.annotations {
      guard let capability = capability(of: key) else { continue }
      do {
        values[capability] = try JSON(parsing: value)
      } catch {
        throw SandboxError(
          .invalidArgument,
          "config.annotations[\(key)]: \"\(value.beginning(256))\" is not JSON (\(error)); a capability's value is written as JSON, as in \"[\\\"10.1.2.3/24\\\"]\""
        )
      }
    }
    if !configuration.annotations.isEmpty {
      values[podAnnotations] = .object(
        JSONObject(configuration.annotations.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) }))
    }
    values["cgroupPath"] = .string(cgroupPath)
    if let mappings = portMappings(configuration.portMappings) { values["portMappings"] = mappings }
    if let dns = configuration.dnsConfig.flatMap(dns) { values["dns"] = dns }
    if let bandwidth = try bandwidth(configuration.annotations) { values["bandwidth"] = bandwidth }
    return values
  }

  private static func portMappings(_ mappings: [PodSandboxConfiguration.PortMapping]) -> JSON? {
    let entries = mappings.filter { $0.hostPort > 0 }.map { mapping in
      var fields: [(String, JSON)] = [
        ("hostPort", .integer(mapping.hostPort)), ("containerPort", .integer(mapping.containerPort)),
        ("protocol", .string(mapping.protocol.rawValue)),
      ]
      if !mapping.hostIP.isEmpty {
        // As the ports' owners are told apart: a plugin that took an IPv4-mapped address for IPv6 would serve another port.
        let address = HostPort.address(mapping.hostIP)?.description ?? mapping.hostIP
        fields.append(("hostIP", .string(address)))
      }
      return JSON.object(JSONObject(fields))
    }
    return entries.isEmpty ? nil : .array(entries)
  }

  private static func dns(_ dns: PodSandboxConfiguration.DNSConfiguration) -> JSON? {
    let fields = [("servers", dns.servers), ("searches", dns.searches), ("options", dns.options)]
      .filter { !$0.1.isEmpty }
      .map { ($0.0, JSON.array($0.1.map(JSON.string))) }
    return fields.isEmpty ? nil : .object(JSONObject(fields))
  }

  private static func bandwidth(_ annotations: [String: String]) throws(SandboxError) -> JSON? {
    var fields: [(String, JSON)] = []
    for (direction, key) in zip(["ingress", "egress"], bandwidthAnnotations) {
      guard let text = annotations[key] else { continue }
      guard let rate = Quantity.integer(text), (1_000...1_000_000_000_000_000).contains(rate) else {
        throw SandboxError(
          .invalidArgument,
          "config.annotations[\(key)]: \"\(text.beginning(256))\" is not a rate from 1k to 1P; write bits a second, as in \"10M\""
        )
      }
      fields.append(("\(direction)Rate", .integer(rate)))
      // As containerd does: the plugin wants a burst, and the annotation has none.
      fields.append(("\(direction)Burst", .integer(UInt32.max)))
    }
    return fields.isEmpty ? nil : .object(JSONObject(fields))
  }
}
