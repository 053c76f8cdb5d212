import CNI
import JSON

/// The values of CNI's capabilities for one pod, from CRI's fields and the pod's annotations.
///
/// A plugin gets those that it declares. CRI's own fields win over an annotation `capability.berth/<name>`.
enum CapabilityArguments {
  private static let annotationPrefix = "capability.berth/"

  static func make(_ configuration: PodSandboxConfiguration, cgroupPath: String) throws(SandboxError) -> [String: JSON]
  {
    var values: [String: JSON] = [:]
    for (key, value) in configuration.annotations where key.hasPrefix(annotationPrefix) {
      do {
        values[String(key.dropFirst(annotationPrefix.count))] = try JSON(parsing: value)
      } catch {
        throw SandboxError(
          .invalidArgument,
          "annotations[\(key)]: \"\(value)\" is not JSON (\(error)); a capability's value is written as JSON, as in \"[\\\"10.1.2.3/24\\\"]\""
        )
      }
    }
    if !configuration.annotations.isEmpty {
      values["io.kubernetes.cri.pod-annotations"] = .object(
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
      if !mapping.hostIP.isEmpty { fields.append(("hostIP", .string(mapping.hostIP))) }
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
    for direction in ["ingress", "egress"] {
      let key = "kubernetes.io/\(direction)-bandwidth"
      guard let text = annotations[key] else { continue }
      guard let rate = Quantity.integer(text), (1_000...1_000_000_000_000_000).contains(rate) else {
        throw SandboxError(
          .invalidArgument,
          "annotations[\(key)]: \"\(text)\" is not a rate from 1k to 1P; write bits a second, as in \"10M\"")
      }
      fields.append(("\(direction)Rate", .integer(rate)))
      // As containerd does: the plugin wants a burst, and the annotation has none.
      fields.append(("\(direction)Burst", .integer(UInt32.max)))
    }
    return fields.isEmpty ? nil : .object(JSONObject(fields))
  }
}
