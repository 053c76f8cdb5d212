import JSON
import LinuxKernel

/// Reads the JSON of results: strict in types and addresses, liberal in what real plugins get wrong.
///
/// The shape decides, not the label: the reference loopback prints the shape of 1.x under "0.2.0", and 0.3.1 without `ips[].version`.
struct ResultReader {
  let version: String

  init(version: String) throws(CNIError) {
    guard SpecificationVersion.supported.contains(version) else {
      throw CNIError(
        .invalidResult, code: CNIError.Code.incompatibleVersion, "unsupported CNI result version \"\(version)\"")
    }
    self.version = version
  }

  func parts(_ object: JSONObject) throws(CNIError) -> CNIResult.Parts {
    var parts = CNIResult.Parts()
    if let dns = member("dns", object) { parts.dns = try self.dns(dns) }
    if member("ip4", object) != nil || member("ip6", object) != nil {
      try readSingleAddresses(object, into: &parts)
      return parts
    }
    for entry in try list("interfaces", object) { parts.interfaces.append(try interface(entry)) }
    for entry in try list("ips", object) { parts.ips.append(try address(entry)) }
    for entry in try list("routes", object) { parts.routes.append(try route(entry)) }
    return parts
  }

  /// 0.1.0 and 0.2.0: one address of each family, each with its routes.
  private func readSingleAddresses(_ object: JSONObject, into parts: inout CNIResult.Parts) throws(CNIError) {
    for key in ["ip4", "ip6"] {
      guard let value = member(key, object) else { continue }
      let entry = try self.object(value, key)
      parts.ips.append(
        .init(address: try prefix("ip", entry, key), gateway: try ipAddress("gateway", entry, key)))
      for route in try list("routes", entry) { parts.routes.append(try self.route(route)) }
    }
  }

  private func interface(_ json: JSON) throws(CNIError) -> CNIResult.Interface {
    let entry = try object(json, "interfaces")
    return .init(
      name: try text("name", entry, "interfaces") ?? "", mac: try text("mac", entry, "interfaces"),
      mtu: try integer("mtu", entry, "interfaces"), sandbox: try text("sandbox", entry, "interfaces"),
      socketPath: try text("socketPath", entry, "interfaces"), pciID: try text("pciID", entry, "interfaces"))
  }

  private func address(_ json: JSON) throws(CNIError) -> CNIResult.IPConfiguration {
    let entry = try object(json, "ips")
    return .init(
      address: try prefix("address", entry, "ips"), gateway: try ipAddress("gateway", entry, "ips"),
      interface: try integer("interface", entry, "ips"))
  }

  private func route(_ json: JSON) throws(CNIError) -> CNIResult.Route {
    let entry = try object(json, "routes")
    return .init(
      destination: try prefix("dst", entry, "routes"), gateway: try ipAddress("gw", entry, "routes"),
      mtu: try integer("mtu", entry, "routes"), advertisedMSS: try integer("advmss", entry, "routes"),
      priority: try integer("priority", entry, "routes"), table: try integer("table", entry, "routes"),
      scope: try integer("scope", entry, "routes"))
  }

  private func dns(_ json: JSON) throws(CNIError) -> CNIResult.DNS {
    let entry = try object(json, "dns")
    return .init(
      nameservers: try texts("nameservers", entry), domain: try text("domain", entry, "dns"),
      search: try texts("search", entry), options: try texts("options", entry))
  }
}

extension ResultReader {
  private func invalid(_ what: String) -> CNIError {
    CNIError(.invalidResult, code: CNIError.Code.decodingFailure, "invalid result: \(what)")
  }

  /// The member under a key, found as Go finds it; `null` counts as missing, as in Go.
  private func member(_ key: String, _ object: JSONObject) -> JSON? {
    guard let value = object.value(ignoringCase: key), !value.isNull else { return nil }
    return value
  }

  private func object(_ json: JSON, _ place: String) throws(CNIError) -> JSONObject {
    guard let object = json.object else { throw invalid("'\(place)' holds a \(json.kind) where an object belongs") }
    return object
  }

  private func list(_ key: String, _ object: JSONObject) throws(CNIError) -> [JSON] {
    guard let value = member(key, object) else { return [] }
    guard let elements = value.array else { throw invalid("'\(key)' is a \(value.kind), not an array") }
    return elements
  }

  /// A string; nil when missing or empty.
  private func text(_ key: String, _ object: JSONObject, _ place: String) throws(CNIError) -> String? {
    guard let value = member(key, object) else { return nil }
    guard let text = value.string else { throw invalid("'\(place)[].\(key)' is a \(value.kind), not a string") }
    return text.isEmpty ? nil : text
  }

  private func texts(_ key: String, _ object: JSONObject) throws(CNIError) -> [String] {
    var texts: [String] = []
    for element in try list(key, object) {
      guard let text = element.string else { throw invalid("'dns.\(key)' holds a \(element.kind)") }
      texts.append(text)
    }
    return texts
  }

  private func integer(_ key: String, _ object: JSONObject, _ place: String) throws(CNIError) -> Int? {
    guard let value = member(key, object) else { return nil }
    guard let number = value.integer else {
      throw invalid("'\(place)[].\(key)' is \(value.kind == "number" ? "not a whole number" : "a \(value.kind)")")
    }
    // Plugins in Go read what follows 2^53 damaged, and then refuse every DEL that has this result.
    guard number.magnitude < 1 << 53 else { throw invalid("'\(place)[].\(key)' is out of range: \(number)") }
    return number
  }

  private func prefix(_ key: String, _ object: JSONObject, _ place: String) throws(CNIError) -> IPPrefix {
    let value = try text(key, object, place) ?? ""
    guard let prefix = IPPrefix(value) else { throw invalid("'\(place)[].\(key)': invalid CIDR address: \(value)") }
    return prefix
  }

  private func ipAddress(_ key: String, _ object: JSONObject, _ place: String) throws(CNIError) -> String? {
    guard let value = try text(key, object, place) else { return nil }
    guard IPAddress(value) != nil else {
      throw invalid("'\(place)[].\(key)': invalid IP address: \(value)")
    }
    return value
  }
}
