import CNI
import CNIPlugin
public import JSON
import LinuxKernel
import Netlink

extension PointToPoint {
  /// What ptp reads of a configuration.
  public struct Configuration: Decodable, Sendable {
    let ipMasq: Bool?
    let ipMasqBackend: String?
    let mtu: Int?
    let dns: ConfiguredDNS?
  }

  /// The keys that this one does not honour, or does not know.
  public func reasonToExecute(_ configuration: JSONObject) -> String? {
    switch read(configuration) {
    case .failure(let error): error.message
    case .success(let (configuration, unknown)):
      unknown.first.map { "the key \($0.path) is not known" }
        ?? Masquerading.reasonToExecute(configuration.ipMasq, backend: configuration.ipMasqBackend)
    }
  }
}

/// What a pod gets of addresses and routes, from what its IPAM plugin says, and how host and pod reach each other by them.
struct PointToPointAddresses {
  let ips: [CNIResult.IPConfiguration]
  let routes: [CNIResult.Route]
  private let podRoutes: [PodRoute]
  let dns: CNIResult.DNS
  /// The host's address for each of the pod's.
  private let gateways: [(pod: IPPrefix, host: IPAddress)]

  /// Refuses, before anything is made, addresses without a router of theirs, and those of a network without room for one.
  init(_ given: CNIResult, _ call: PluginCall<PointToPoint.Configuration>) throws(PluginError) {
    guard !given.ips.isEmpty else { throw PluginError("IPAM plugin returned missing IP config") }
    ips = given.ips.map { ip in
      var ip = ip
      ip.interface = 1
      return ip
    }
    routes = given.routes
    podRoutes = try PodRoute.all(routes, beside: ips)
    let own = CNIResult.DNS(call.configuration.dns)
    dns = own.isEmpty ? given.dns : own
    var gateways: [(pod: IPPrefix, host: IPAddress)] = []
    for ip in given.ips {
      guard let gateway = ip.gateway.flatMap(IPAddress.init), gateway.family == ip.address.address.family else {
        throw PointToPoint.invalid("the address \(ip.address) has no gateway: the host's end would have no address")
      }
      guard ip.address.length < gateway.family.bitCount else {
        throw PointToPoint.invalid("the address \(ip.address) leaves no room for the gateway \(gateway)")
      }
      gateways.append((ip.address, gateway))
    }
    self.gateways = gateways
  }

  var families: Set<IPAddress.Family> { Set(ips.map(\.address.address.family)) }

  /// In the pod: all that is in the subnet, too, is reached by the host.
  func inPod(_ index: Int32) -> [Change] {
    let addresses = ips.map {
      Change.addAddress(
        $0.address, toLink: index, broadcast: $0.broadcast, detectDuplicates: false, withPrefixRoute: false)
    }
    let ways = gateways.flatMap { pod, host in
      [
        Change.addRoute(Route(to: IPPrefix(host: host), link: index, preferredSource: pod.address), besideOthers: true),
        .addRoute(
          Route(to: pod.network, via: host, link: index, preferredSource: pod.address), besideOthers: true),
      ]
    }
    return addresses + [.setUp(index)] + ways
      + podRoutes.map { $0.adding(byLink: index) }
  }

  /// On the host: its own address, and the way to the pod's.
  func onHost(_ index: Int32) -> [Change] {
    gateways.flatMap { pod, host in
      [
        Change.addAddress(IPPrefix(host: host), toLink: index, detectDuplicates: false),
        .addRoute(Route(to: IPPrefix(host: pod.address), link: index), reaching: .host),
      ]
    }
  }
}
