@testable import CNI
import JSON

extension ParserProperties {
  /// A result that is read is read back, can be asked for addresses, and is converted or refused in words.
  func checkResult(_ json: JSON) throws -> Bool {
    guard let result = try attempt({ () throws(CNIError) in try CNIResult(json, defaultVersion: "1.0.0") }) else {
      return false
    }
    try checkRoundTrip(result)
    try checkAddresses(result)
    for version in chosen(SpecificationVersion.supported + ["", "9.0.0"]) {
      guard let converted = try attempt({ () throws(CNIError) in try result.converted(to: version) }) else { continue }
      try require(converted.cniVersion == (version.isEmpty ? "0.1.0" : version), "converted to another version")
      try checkRoundTrip(converted)
      try checkAddresses(converted)
      try checkConversion(of: result, to: converted)
    }
    return true
  }

  private func checkRoundTrip(_ result: CNIResult) throws {
    let written = result.raw.serialized()
    let again = try demand("a result that was written is not read") {
      try CNIResult(try JSON(parsing: written), defaultVersion: "9.9.9")
    }
    try require(again == result, "a result that was written is read as another one")
    // From the parts alone: 0.1.0 and 0.2.0 cannot say a result without addresses.
    let rebuilt = try attempt { () throws(CNIError) in
      try CNIResult(
        cniVersion: result.cniVersion, interfaces: result.interfaces, ips: result.ips, routes: result.routes,
        dns: result.dns)
    }
    try require(
      rebuilt != nil || result.ips.isEmpty && ["0.1.0", "0.2.0"].contains(result.cniVersion),
      "a result that was read cannot be made of its parts")
  }

  private func checkAddresses(_ result: CNIResult) throws {
    let preferences = AddressPreference.allCases.map { result.addresses(of: "eth0", preference: $0) }
    for addresses in preferences {
      try require(Set(addresses) == Set(preferences[0]), "the preference changes which addresses there are")
    }
    for ip in result.ips {
      let isPlain = "\(ip.address)".utf8.allSatisfy { "0123456789abcdef.:/".utf8.contains($0) }
      try require(isPlain, "\(ip.address) is no address")
      _ = result.interface(of: ip)
    }
  }

  private func checkConversion(of result: CNIResult, to converted: CNIResult) throws {
    if ["0.1.0", "0.2.0"].contains(converted.cniVersion), converted.cniVersion != result.cniVersion {
      try require(converted.interfaces.isEmpty && converted.ips.count <= 2, "more than 0.2.0 can say")
      return
    }
    try require(
      converted.ips.map(\.address) == result.ips.map(\.address)
        && converted.ips.map(\.interface) == result.ips.map(\.interface)
        && converted.interfaces.map(\.name) == result.interfaces.map(\.name)
        && converted.routes.map(\.destination) == result.routes.map(\.destination) && converted.dns == result.dns,
      "\(result.cniVersion) to \(converted.cniVersion) loses what both can say")
    let back = try attempt { () throws(CNIError) in try converted.converted(to: result.cniVersion) }
    try require(
      back != nil || converted.ips.isEmpty, "\(converted.cniVersion) cannot go back to \(result.cniVersion)")
  }
}
