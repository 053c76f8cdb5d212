import CNI
import CNIPlugin
import LinuxKernel
import Netlink

/// Whether a pod's pair, its addresses and its routes are as a previous result tells.
struct VethCheck {
  private let interfaceName: String
  private let networkNamespace: String
  private let result: CNIResult

  init<Configuration>(_ call: PluginCall<Configuration>, _ result: CNIResult) {
    (interfaceName, networkNamespace, self.result) = (call.interfaceName, call.networkNamespace, result)
  }

  /// Looks at both ends; gives the host's.
  func run() throws -> Link {
    guard let interface = result.interfaces.first(where: { $0.name == interfaceName && $0.sandbox != nil }) else {
      throw PluginError("prevResult has no interface \(interfaceName) in a sandbox")
    }
    let inside = try RouteSocket(inside: networkNamespace)
    guard let link = try inside.existing(interfaceName), link.kind == "veth" else {
      throw PluginError("there is no veth \(interfaceName) in \(networkNamespace)")
    }
    if let mac = interface.mac.flatMap(MACAddress.init), mac != link.mac {
      throw PluginError("\(interfaceName) has the MAC \(link.mac?.description ?? "none"), not \(mac)")
    }
    guard let index = link.peerIndex, let host = try? RouteSocket().link(index: index) else {
      throw PluginError("the host's end of \(interfaceName) is gone")
    }
    guard host.isUp else { throw PluginError("\(host.name) is down") }
    try checkAddresses(link, inside)
    return host
  }

  private func checkAddresses(_ link: Link, _ inside: RouteSocket) throws {
    guard link.isUp else { throw PluginError("\(link.name) is down") }
    let present = try inside.addresses(ofLink: link.index).map(\.prefix)
    for ip in result.ips(ofPod: interfaceName) {
      guard present.contains(ip.address) else { throw PluginError("\(link.name) has lost its address \(ip.address)") }
    }
    let routes = try inside.routes(table: nil)
    for route in result.routes {
      let wanted = try PodRoute(route, beside: []).route
      let isThere = routes.contains {
        $0.destination == wanted.destination.network && $0.table == wanted.table
          && (wanted.gateway == nil || $0.gateway == wanted.gateway)
      }
      guard isThere else { throw PluginError("the route to \(route.destination) is gone") }
    }
  }
}
