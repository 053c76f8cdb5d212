import CNI
import CNIPlugin
import LinuxKernel

/// What a pod gets of addresses and routes, from what its IPAM plugin says.
struct BridgeAddresses {
  /// As IPAM gave them, with the gateways that follow from the settings.
  private(set) var ips: [CNIResult.IPConfiguration] = []
  /// As IPAM gave them, with the default routes that follow from the settings.
  private(set) var routes: [CNIResult.Route] = []
  /// The same for the kernel.
  private(set) var podRoutes: [PodRoute] = []
  let dns: CNIResult.DNS
  /// The addresses that the bridge is to have.
  private(set) var gateways: [IPPrefix] = []

  init<Configuration>(
    _ given: CNIResult?, _ settings: BridgeSettings, _ call: PluginCall<Configuration>
  ) throws(PluginError) {
    dns = settings.dns.isEmpty ? given?.dns ?? .init() : settings.dns
    guard let given else { return }
    guard !given.ips.isEmpty else { throw PluginError("IPAM plugin returned missing IP config") }
    routes = given.routes
    for ip in given.ips {
      var ip = ip
      ip.interface = 2
      if settings.isGateway { try addGateway(&ip, settings) }
      ips.append(ip)
    }
    podRoutes = try PodRoute.all(routes, beside: ips)
  }

  private mutating func addGateway(
    _ ip: inout CNIResult.IPConfiguration, _ settings: BridgeSettings
  ) throws(PluginError) {
    // Behind the highest address of all there is none.
    guard let gateway = ip.gateway.flatMap(IPAddress.init) ?? ip.address.network.address.next else {
      throw BridgeSettings.invalid(
        "isGateway: behind the address \(ip.address) there is none for the bridge; IPAM is to give its gateway")
    }
    ip.gateway = gateway.description
    if let prefix = IPPrefix(gateway, length: ip.address.length), !gateways.contains(prefix) { gateways.append(prefix) }
    guard settings.isDefaultGateway else { return }
    let everything = IPPrefix.everything(gateway.family)
    // IPAM's own default route stands where it says by whom.
    guard !routes.contains(where: { $0.destination == everything && $0.gateway != nil }) else { return }
    routes.append(.init(destination: everything, gateway: gateway.description))
  }
}
