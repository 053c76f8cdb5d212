import CNI
import CNIPlugin
import JSON
import LinuxKernel

/// A route as a configuration has it (the specification's `types.Route`).
struct ConfiguredRoute: Decodable, Sendable {
  let dst: String
  let gw: String?
  let mtu: Int?
  let advmss: Int?
  let priority: Int?
  let table: Int?
  let scope: Int?
}

extension [CNIResult.Route] {
  /// The routes of `ipam.routes`; one that leads nowhere is refused by its place.
  init(checking routes: [ConfiguredRoute]?) throws(PluginError) {
    self = []
    for (index, route) in (routes ?? []).enumerated() {
      guard let destination = IPPrefix(route.dst) else {
        throw PluginError(
          "ipam.routes[\(index)].dst: \"\(route.dst.beginning(64))\" is no network, as 10.0.0.0/8 is",
          code: CNIError.Code.invalidConfiguration)
      }
      if let gateway = route.gw, IPAddress(gateway) == nil {
        throw PluginError(
          "ipam.routes[\(index)].gw: \"\(gateway.beginning(64))\" is no address",
          code: CNIError.Code.invalidConfiguration)
      }
      append(
        CNIResult.Route(
          destination: destination, gateway: route.gw, mtu: route.mtu, advertisedMSS: route.advmss,
          priority: route.priority, table: route.table, scope: route.scope))
    }
  }
}
