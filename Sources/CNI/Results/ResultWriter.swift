import JSON
import LinuxKernel

/// Writes results in the form of one version of the specification.
struct ResultWriter {
  private enum Era { case singleAddresses, versionedAddresses, current }

  let version: String
  private let era: Era

  init(version: String) throws(CNIError) {
    self.version = version
    switch version {
    case "0.1.0", "0.2.0": era = .singleAddresses
    case "0.3.0", "0.3.1", "0.4.0": era = .versionedAddresses
    case "1.0.0", "1.1.0": era = .current
    default:
      throw CNIError(
        .unsupported, code: CNIError.Code.incompatibleVersion, "unsupported CNI result version \"\(version)\"")
    }
  }

  func json(_ parts: CNIResult.Parts) throws(CNIError) -> JSON {
    var object: JSONObject = ["cniVersion": .string(version)]
    if era == .singleAddresses {
      try writeSingleAddresses(parts, into: &object)
    } else {
      write(parts.interfaces.map(interface), "interfaces", into: &object)
      write(parts.ips.map(address), "ips", into: &object)
      write(parts.routes.map(route), "routes", into: &object)
    }
    // Up to 0.4.0 Go's omitempty has no effect on a struct, and readers have come to expect the key.
    if era != .current || !parts.dns.isEmpty { object["dns"] = dns(parts.dns) }
    return .object(object)
  }

  private func writeSingleAddresses(_ parts: CNIResult.Parts, into object: inout JSONObject) throws(CNIError) {
    for (key, family) in [("ip4", IPAddress.Family.v4), ("ip6", .v6)] {
      guard let ip = parts.ips.first(where: { $0.address.address.familyToPlugins == family }) else { continue }
      var entry: JSONObject = ["ip": .string(ip.address.description)]
      entry["gateway"] = ip.gateway.map(JSON.string)
      write(parts.routes.filter { $0.destination.address.familyToPlugins == family }.map(route), "routes", into: &entry)
      object[key] = .object(entry)
    }
    guard object["ip4"] != nil || object["ip6"] != nil else {
      throw CNIError(
        .unsupported, code: CNIError.Code.incompatibleVersion, "cannot convert: no valid IP addresses")
    }
  }

  private func write(_ entries: [JSON], _ key: String, into object: inout JSONObject) {
    if !entries.isEmpty { object[key] = .array(entries) }
  }

  private func interface(_ interface: CNIResult.Interface) -> JSON {
    var entry: JSONObject = ["name": .string(interface.name)]
    entry["mac"] = interface.mac.map(JSON.string)
    if era == .current { entry["mtu"] = interface.mtu.flatMap(nonZero) }
    entry["sandbox"] = interface.sandbox.map(JSON.string)
    if era == .current {
      entry["socketPath"] = interface.socketPath.map(JSON.string)
      entry["pciID"] = interface.pciID.map(JSON.string)
    }
    return .object(entry)
  }

  private func address(_ ip: CNIResult.IPConfiguration) -> JSON {
    var entry: JSONObject = [:]
    if era == .versionedAddresses { entry["version"] = ip.address.address.familyToPlugins == .v4 ? "4" : "6" }
    entry["interface"] = ip.interface.map { JSON.integer($0) }
    entry["address"] = .string(ip.address.description)
    entry["gateway"] = ip.gateway.map(JSON.string)
    return .object(entry)
  }

  private func route(_ route: CNIResult.Route) -> JSON {
    var entry: JSONObject = ["dst": .string(route.destination.description)]
    entry["gw"] = route.gateway.map(JSON.string)
    guard era == .current else { return .object(entry) }
    entry["mtu"] = route.mtu.flatMap(nonZero)
    entry["advmss"] = route.advertisedMSS.flatMap(nonZero)
    entry["priority"] = route.priority.flatMap(nonZero)
    entry["table"] = route.table.map { JSON.integer($0) }
    entry["scope"] = route.scope.map { JSON.integer($0) }
    return .object(entry)
  }

  private func nonZero(_ number: Int) -> JSON? { number == 0 ? nil : .integer(number) }

  private func dns(_ dns: CNIResult.DNS) -> JSON {
    var entry: JSONObject = [:]
    write(dns.nameservers.map(JSON.string), "nameservers", into: &entry)
    if let domain = dns.domain, !domain.isEmpty { entry["domain"] = .string(domain) }
    write(dns.search.map(JSON.string), "search", into: &entry)
    write(dns.options.map(JSON.string), "options", into: &entry)
    return .object(entry)
  }
}
