import CNI
import CNIPlugin
import Glibc
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

  /// The bridge's addresses, the pod's addresses and routes, and the result.
  func configure(_ pair: VethPair, _ addresses: BridgeAddresses, on bridge: Link) throws -> CNIResult {
    if settings.isGateway {
      try HostBridge.addGateways(addresses.gateways, to: bridge, force: settings.forceAddress, over: socket)
    }
    try Bridge.masquerading(call).begin(addresses.ips, of: pair.owner)
    // One that others made may have taken its new port's address for its own.
    let bridgeMAC = try socket.link(index: bridge.index).mac
    let derived = derivedMAC(addresses)
    let announced = announcedFamilies(addresses, derived)
    // Last, for nothing is asked of the kernel's links after it: what the pod's end says when it comes up goes to every port of the
    // bridge, under the lock that each such question waits for.
    let announcer = try NetworkNamespace.visit(call.networkNamespace) {
      try configurePod(addresses, derived, announced)
    }
    if announced.contains(.v4), try isForwarding(pair.index) { try announcer.announce(derived ?? pair.pod) }
    let interfaces: [CNIResult.Interface] = [
      .init(name: bridge.name, mac: bridgeMAC?.description),
      .init(name: pair.owner.linkName, mac: pair.host.description),
      .init(
        name: call.interfaceName, mac: (derived ?? pair.pod).description, sandbox: call.networkNamespace),
    ]
    return try CNIResult(
      cniVersion: call.cniVersion, interfaces: interfaces, ips: addresses.ips, routes: addresses.routes,
      dns: addresses.dns)
  }

  /// The pod's hardware address where none was asked for. A lease may hang on the one that the link has.
  private func derivedMAC(_ addresses: BridgeAddresses) -> MACAddress? {
    guard settings.mac == nil, let type = call.ipamType, ["host-local", "static"].contains(type) else { return nil }
    return addresses.ips.first.map { .derived(from: $0.address.address) }
  }

  /// Whose neighbours are to be told.
  private func announcedFamilies(_ addresses: BridgeAddresses, _ derived: MACAddress?) -> Set<IPAddress.Family> {
    var announced = Set(addresses.ips.map(\.address.address.family))
    // A bridge that is the pods' router ends at this host: all on it that remember the address remember its link's with it, and
    // nobody is told, which costs the more the more ports there are. Others may lead to switches.
    if derived != nil, settings.isGateway, let first = addresses.ips.first {
      announced.remove(first.address.address.family)
    }
    return announced
  }

  /// Whether the port passes packets, which it does a moment after the pod's end is up: what the pod told its neighbours by then
  /// was lost. A port that the spanning tree keeps out is not waited for.
  ///
  /// Since Linux 6.8 the question itself brings the moment about; before, nobody is told when it has come.
  private func isForwarding(_ index: Int32) throws -> Bool {
    let deadline = SuspendingClock.now + .milliseconds(20)
    while true {
      let state = try socket.link(index: index).port?.state
      guard state == .disabled, SuspendingClock.now < deadline else { return state == .forwarding }
      usleep(500)
    }
  }

  /// On a thread that is in the pod's namespace.
  private func configurePod(
    _ addresses: BridgeAddresses, _ mac: MACAddress?, _ announced: Set<IPAddress.Family>
  ) throws -> Announcer {
    let interface = PodInterface(name: call.interfaceName, announced: announced)
    return try interface.configure(addresses.ips, failing: "native.bridge.add.pod") { index in
      func changes(_ family: IPAddress.Family) -> [Change] {
        let ips = addresses.ips.filter { $0.address.address.family == family }
        let routes = addresses.podRoutes.filter { $0.route.destination.address.family == family }
        let making = ips.map {
          Change.addAddress($0.address, toLink: index, broadcast: $0.broadcast, detectDuplicates: false)
        }
        // IPv4 says nothing, and its routes need the link to be up.
        return making + (family == .v4 ? [.setUp(index)] : []) + routes.map { $0.adding(byLink: index) }
      }
      return (mac.map { [.setMAC($0, ofLink: index)] } ?? []) + changes(.v4) + changes(.v6)
    }
  }
}
