import CNI
import CNIPlugin
import LinuxKernel
import Netlink

/// One pod's pair on a bridge, with addresses and routes: made by one datagram on the host and one in the pod.
struct BridgeAttachment {
  let call: PluginCall<Bridge.Configuration>
  let settings: BridgeSettings
  /// The host's.
  let socket: RouteSocket

  init(_ call: PluginCall<Bridge.Configuration>, _ settings: BridgeSettings, _ socket: RouteSocket) {
    self.call = call
    self.settings = settings
    self.socket = socket
  }

  /// The pair, its host's end a port of the bridge.
  func makePair(on bridge: Link) throws -> VethPair {
    try VethPair(
      LinkOwner(of: call),
      VethPair.Description(
        interfaceName: call.interfaceName, networkNamespace: call.networkNamespace, mtu: settings.mtu,
        mac: settings.mac, master: bridge.index, port: settings.port),
      over: socket, failing: "native.bridge.add.host")
  }

  /// The pod's addresses and routes, the bridge's addresses, and the result.
  func configure(_ pair: VethPair, _ addresses: BridgeAddresses, on bridge: Link) throws -> CNIResult {
    try NetworkNamespace.visit(call.networkNamespace) { try configurePod(addresses) }
    if settings.isGateway {
      try HostBridge.addGateways(addresses.gateways, to: bridge, force: settings.forceAddress, over: socket)
    }
    try Bridge.masquerading(call).begin(addresses.ips, of: pair.owner)
    // One that others made may have taken its new port's address for its own.
    let mac = try socket.link(index: bridge.index).mac
    let interfaces: [CNIResult.Interface] = [
      .init(name: bridge.name, mac: mac?.description), .init(name: pair.owner.linkName, mac: pair.host.description),
      .init(name: call.interfaceName, mac: pair.pod.description, sandbox: call.networkNamespace),
    ]
    return try CNIResult(
      cniVersion: call.cniVersion, interfaces: interfaces, ips: addresses.ips, routes: addresses.routes,
      dns: addresses.dns)
  }

  /// On a thread that is in the pod's namespace.
  private func configurePod(_ addresses: BridgeAddresses) throws {
    try PodInterface(name: call.interfaceName).configure(addresses.ips, failing: "native.bridge.add.pod") { index in
      addresses.ips.map {
        .addAddress($0.address, toLink: index, broadcast: $0.broadcast, detectDuplicates: false)
      }
        + [.setUp(index)]
        + addresses.podRoutes.map { $0.adding(byLink: index) }
    }
  }
}
