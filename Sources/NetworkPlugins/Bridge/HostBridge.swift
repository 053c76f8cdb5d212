import CNIPlugin
import Glibc
import LinuxKernel
import Netlink

/// The bridge on the host: made where it is missing, taken as it is where it is there.
enum HostBridge {
  /// The bridge, up; its own hardware address set at birth, so that it takes none of its ports'.
  static func ensure(_ settings: BridgeSettings, over socket: RouteSocket) throws -> Link {
    var found = try socket.existing(settings.bridge)
    if found == nil {
      try make(settings, socket)
      found = try socket.link(named: settings.bridge)
    }
    guard let bridge = found, bridge.kind == "bridge" else {
      throw BridgeSettings.invalid("\"\(settings.bridge)\" already exists but is not a bridge")
    }
    var changes: [Change] = []
    if settings.isPromiscuous, !bridge.flags.contains(.promiscuous) {
      changes.append(.setFlags(.promiscuous, of: .promiscuous, ofLink: bridge.index))
    }
    if !bridge.isUp { changes.append(.setUp(bridge.index)) }
    try socket.perform(changes)
    return bridge
  }

  private static func make(_ settings: BridgeSettings, _ socket: RouteSocket) throws {
    var link = NewLink(settings.bridge)
    link.mac = .random()
    link.mtu = settings.mtu
    try Failpoint.pass("native.bridge.bridge.before")
    do throws(NetlinkError) {
      try socket.perform(.createBridge(link))
    } catch {
      // Another pod was faster.
      guard error.code == .alreadyExists else { throw error }
    }
    // It asks nobody for a router; where there is no IPv6 there is nothing to be kept quiet.
    try? Sysctl.write("net.ipv6.conf.\(settings.bridge.replacingDots).accept_ra", "0")
    try Failpoint.pass("native.bridge.bridge.after")
  }

  /// Gives it the addresses that pods take for their router's, and lets the host pass packets on.
  static func addGateways(
    _ gateways: [IPPrefix], to bridge: Link, force: Bool, over socket: RouteSocket
  ) throws {
    for gateway in gateways {
      let present = try socket.addresses(ofLink: bridge.index).map(\.prefix)
      guard !present.contains(gateway) else { continue }
      let inTheWay = present.filter { $0.address.family == gateway.address.family && conflict($0, gateway) }
      guard inTheWay.isEmpty || force else {
        throw PluginError(
          "\"\(bridge.name)\" already has an IP address different from \(gateway)", details: "it has \(inTheWay[0])")
      }
      try Failpoint.pass("native.bridge.gateway.before")
      for prefix in inTheWay { try socket.perform(.deleteAddress(prefix, fromLink: bridge.index)) }
      do throws(NetlinkError) {
        try socket.perform(.addAddress(gateway, toLink: bridge.index, detectDuplicates: false))
      } catch {
        guard error.code == .alreadyExists else { throw error }
      }
      try Failpoint.pass("native.bridge.gateway.after")
    }
    for family in Set(gateways.map(\.address.family)) { try Forwarding.turnOn(family) }
  }

  /// Of IPv4 one address at most, of IPv6 none in the same network: as the reference plugin.
  private static func conflict(_ present: IPPrefix, _ gateway: IPPrefix) -> Bool {
    if gateway.address.family == .v4 { return true }
    return !present.address.isLinkLocal && (present.contains(gateway.address) || gateway.contains(present.address))
  }
}

extension String {
  /// An interface's name as a component of a sysctl's: a dot in it is written as a slash (sysctl(8)).
  var replacingDots: String { String(decoding: utf8.map { $0 == 0x2e ? 0x2f : $0 }, as: UTF8.self) }
}
