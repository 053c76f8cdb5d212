import JSON
import LinuxKernel

/// What a result of ADD looks like in a version of the specification.
struct ResultShape {
  let version: String

  /// The shape of this version.
  init(_ version: String) { self.version = version }

  /// Whether addresses are told as `ip4` and `ip6`.
  private var isEarly: Bool { version.hasPrefix("0.1.") || version.hasPrefix("0.2.") }
  /// Whether each address has its family's number.
  private var numbersFamilies: Bool { !isEarly && version.hasPrefix("0.") }

  /// What does not fit, in words.
  func violations(_ result: JSON) -> [String] {
    guard let object = result.object else { return ["the result is a \(result.kind), not an object"] }
    let foreign = isEarly ? ["interfaces", "ips", "routes"] : ["ip4", "ip6"]
    var words = foreign.filter { object[$0] != nil }.map { "`\($0)` is not in a result of \(version)" }
    if isEarly {
      for key in ["ip4", "ip6"] { words += early(object[key], key) }
    } else {
      words += objects(object["interfaces"], "interfaces").flatMap { interface($0) }
      words += objects(object["ips"], "ips").flatMap { address($0) }
      words += objects(object["routes"], "routes").flatMap { route($0, "routes") }
      for key in ["interfaces", "ips", "routes"] { words += list(object[key], key) }
    }
    if let dns = object["dns"], dns.object == nil { words.append("`dns` is a \(dns.kind), not an object") }
    return words
  }

  private func early(_ entry: JSON?, _ key: String) -> [String] {
    guard let entry else { return [] }
    guard entry.object != nil else { return ["`\(key)` is a \(entry.kind), not an object"] }
    var words = objects(entry["routes"], "routes").flatMap { route($0, "\(key).routes") }
    let family: IPAddress.Family = key == "ip4" ? .v4 : .v6
    if entry["ip"]?.string.flatMap({ IPPrefix($0) })?.address.family != family {
      words.append("`\(key).ip` is not an address of that family in CIDR notation: \(entry)")
    }
    return words
  }

  private func list(_ value: JSON?, _ key: String) -> [String] {
    guard let value, !value.isNull else { return [] }
    guard let entries = value.array else { return ["`\(key)` is a \(value.kind), not an array"] }
    return entries.contains { $0.object == nil } ? ["`\(key)` holds what is no object"] : []
  }

  private func objects(_ value: JSON?, _ key: String) -> [JSON] { value?.array?.filter { $0.object != nil } ?? [] }

  private func interface(_ entry: JSON) -> [String] {
    entry["name"]?.string?.isEmpty == false ? [] : ["an interface without a `name`: \(entry)"]
  }

  private func address(_ entry: JSON) -> [String] {
    guard let prefix = entry["address"]?.string.flatMap({ IPPrefix($0) }) else {
      return ["`ips[].address` is not in CIDR notation: \(entry)"]
    }
    var words: [String] = []
    if let index = entry["interface"], !index.isNull, index.integer == nil {
      words.append("`ips[].interface` is a \(index.kind), not a number")
    }
    let family = prefix.address.family == .v4 ? "4" : "6"
    let told = entry["version"]?.string
    if numbersFamilies, told != family {
      words.append("`ips[].version` of \(prefix) is \(told ?? "missing"), not \"\(family)\"")
    } else if !numbersFamilies, entry["version"] != nil {
      words.append("`ips[].version` is not in a result of \(version)")
    }
    return words
  }

  private func route(_ entry: JSON, _ key: String) -> [String] {
    entry["dst"]?.string.flatMap { IPPrefix($0) } == nil ? ["`\(key)[].dst` is not in CIDR notation: \(entry)"] : []
  }
}
