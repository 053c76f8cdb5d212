import CNI
import CNIPlugin
import LinuxKernel
import Netlink

/// A plugin's route as the kernel takes it into a pod.
struct PodRoute: Hashable {
  private(set) var route: Netlink.Route
  /// How far away the destination is, where the plugin says so.
  let reach: Netlink.Route.Reach?

  /// What the kernel cuts down without a word.
  private static let (largestMTU, largestMSS) = (65_520, 65_495)

  /// Refuses what the kernel could not be told: what a route asks for it has, or there is none.
  ///
  /// - Parameter ips: Without a router of its own it goes by the first address's of its family, if that has one.
  init(_ route: CNIResult.Route, beside ips: [CNIResult.IPConfiguration]) throws(PluginError) {
    let family = route.destination.address.family
    let gateway =
      route.gateway.flatMap(IPAddress.init)
      ?? ips.first { $0.address.address.family == family }?.gateway.flatMap(IPAddress.init)
    func checked(_ value: Int?, _ key: String, _ most: Int = Int(UInt32.max)) throws(PluginError) -> UInt32? {
      guard let value else { return nil }
      guard (0...most).contains(value) else {
        throw PluginError(
          "the route to \(route.destination) cannot be had: its \(key), \(value), is not 0 to \(most)",
          code: CNIError.Code.invalidConfiguration)
      }
      return value == 0 ? nil : UInt32(value)
    }
    self.route = Netlink.Route(
      to: route.destination, via: gateway, metric: try checked(route.priority, "priority"),
      table: try checked(route.table, "table") ?? Netlink.Route.mainTable,
      mtu: try checked(route.mtu, "mtu", Self.largestMTU),
      advertisedMSS: try checked(route.advertisedMSS, "advmss", Self.largestMSS))
    let scope = try checked(route.scope, "scope", Int(UInt8.max))
    reach = route.scope.map { _ in .init(rawValue: UInt8(scope ?? 0)) }
  }

  /// All of a result's.
  static func all(
    _ routes: [CNIResult.Route], beside ips: [CNIResult.IPConfiguration]
  ) throws(PluginError) -> [PodRoute] {
    var made: [PodRoute] = []
    for route in routes { made.append(try PodRoute(route, beside: ips)) }
    return made
  }

  /// Adds it by a link, beside others to the destination.
  func adding(byLink link: Int32) -> Change {
    var route = route
    route.linkIndex = link
    return .addRoute(route, reaching: reach, besideOthers: true)
  }
}
