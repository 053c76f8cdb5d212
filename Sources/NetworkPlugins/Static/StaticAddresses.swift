import CNI
import CNIPlugin
import JSON
import LinuxKernel

extension Static {
  /// What static reads of a configuration.
  public struct Configuration: Decodable, Sendable {
    struct Address: Decodable, Sendable {
      let address: String
      let gateway: String?
    }
    struct IPAM: Decodable, Sendable {
      let type: String?
      let name: String?
      let addresses: [Address]?
      let routes: [ConfiguredRoute]?
      let dns: ConfiguredDNS?
    }
    struct RuntimeConfig: Decodable, Sendable { let ips: [String]? }
    struct Arguments: Decodable, Sendable {
      struct CNI: Decodable, Sendable { let ips: [String]? }
      let cni: CNI?
    }

    let ipam: IPAM?
    let runtimeConfig: RuntimeConfig?
    let args: Arguments?
  }
}

/// What a call gets of static: addresses with their gateways, routes and DNS settings.
struct StaticAddresses {
  private(set) var ips: [CNIResult.IPConfiguration] = []
  let routes: [CNIResult.Route]
  let dns: CNIResult.DNS

  /// Checks all that is written, also what gives way: the capability `ips` to nothing, `args.cni.ips` to it, and to both the
  /// addresses of `ipam` together with those of `IP`.
  init(_ call: PluginCall<Static.Configuration>) throws(PluginError) {
    try call.requireKnownArguments("IP", "GATEWAY")
    guard let ipam = call.configuration.ipam else { throw Self.invalid("ipam: is missing") }
    routes = try [CNIResult.Route](checking: ipam.routes)
    dns = CNIResult.DNS(ipam.dns)
    let own = try Self.configured(ipam.addresses ?? []) + Self.arguments(call)
    let ordered = try Self.plain(call.configuration.args?.cni?.ips ?? [], "args.cni.ips")
    let capability = try Self.plain(call.configuration.runtimeConfig?.ips ?? [], "runtimeConfig.ips")
    ips = [capability, ordered, own].first { !$0.isEmpty } ?? []
    let families = ips.map(\.address.address.family)
    let isOld = call.cniVersion.hasPrefix("0.1.") || call.cniVersion.hasPrefix("0.2.")
    guard !isOld || Set(families).count == families.count else {
      throw Self.invalid("CNI version \(call.cniVersion) does not support more than 1 address per family")
    }
  }

  private static func configured(
    _ addresses: [Static.Configuration.Address]
  ) throws(PluginError) -> [CNIResult.IPConfiguration] {
    var ips: [CNIResult.IPConfiguration] = []
    for (index, given) in addresses.enumerated() {
      let place = "ipam.addresses[\(index)]"
      guard let address = IPPrefix(given.address) else {
        throw invalid(notAnAddress(given.address, "\(place).address"))
      }
      let gateway = given.gateway.flatMap { $0.isEmpty ? nil : $0 }
      if let gateway, IPAddress(gateway) == nil {
        throw invalid("\(place).gateway: \"\(gateway.beginning(64))\" is no address")
      }
      ips.append(.init(address: address, gateway: gateway))
    }
    return ips
  }

  private static func plain(_ texts: [String], _ place: String) throws(PluginError) -> [CNIResult.IPConfiguration] {
    var ips: [CNIResult.IPConfiguration] = []
    for text in texts {
      guard let address = IPPrefix(text) else { throw invalid(notAnAddress(text, place)) }
      ips.append(.init(address: address))
    }
    return ips
  }

  /// Those of `IP`; each of `GATEWAY`'s goes to every one of them that it is in the network of.
  private static func arguments(
    _ call: PluginCall<Static.Configuration>
  ) throws(PluginError) -> [CNIResult.IPConfiguration] {
    var ips: [CNIResult.IPConfiguration] = []
    for text in call.list(of: "IP") {
      guard let address = IPPrefix(text) else { throw misspelt(notAnAddress(text, "IP")) }
      ips.append(.init(address: address))
    }
    for text in call.list(of: "GATEWAY") {
      guard let gateway = IPAddress(text) else {
        throw misspelt("GATEWAY: \"\(text.beginning(64))\" is no address")
      }
      for index in ips.indices where ips[index].address.contains(gateway) { ips[index].gateway = gateway.description }
    }
    return ips
  }

  private static func notAnAddress(_ text: String, _ place: String) -> String {
    "\(place): \"\(text.beginning(64))\" is no address with its network's length, as 10.1.0.5/16 is"
  }

  private static func misspelt(_ message: String) -> PluginError {
    PluginError("CNI_ARGS: \(message)", code: CNIError.Code.invalidEnvironment)
  }

  private static func invalid(_ message: String) -> PluginError {
    PluginError(message, code: CNIError.Code.invalidConfiguration)
  }
}

extension PluginCall {
  /// The parts of an argument that is a list with commas.
  fileprivate func list(of key: String) -> [String] {
    guard let value = arguments.last(where: { $0.key == key })?.value, !value.isEmpty else { return [] }
    return value.split(separator: ",", omittingEmptySubsequences: false).map { part in
      String(part.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
  }
}
