import CMnl
import LinuxKernel

extension Change {
  /// Adds a route; fails with `alreadyExists` when there is one to that destination with that metric in that table.
  ///
  /// - Parameters:
  ///   - reach: How far away the destination is; nil: as far as follows from the route itself.
  ///   - besideOthers: Only the very same one is refused: another way to the destination goes in front of those that are there,
  ///     and with IPv6 joins them.
  public static func addRoute(
    _ route: Route, reaching reach: Route.Reach? = nil, besideOthers: Bool = false
  ) -> Change {
    var request =
      besideOthers
      ? Request("add route", route.subject, type: Int(RTM_NEWROUTE), flags: NLM_F_ACK | NLM_F_CREATE)
      : Request(change: "add route", route.subject, type: RTM_NEWROUTE, creating: true)
    var header = rtmsg()
    header.rtm_protocol = UInt8(RTPROT_BOOT)
    // IPv4 wants the scope said: an on-link route reaches no further than the link.
    let onLink = route.gateway == nil && route.kind == .unicast
    header.rtm_scope = (reach ?? (route.kind == .local ? .host : onLink ? .link : .everywhere)).rawValue
    request.putRoute(route, header)
    return Change(request)
  }

  /// Deletes the first route that agrees in what is given; fails with `notFound` when there is none.
  public static func deleteRoute(_ route: Route) -> Change {
    var request = Request(change: "delete route", route.subject, type: RTM_DELROUTE)
    var header = rtmsg()
    header.rtm_scope = UInt8(RT_SCOPE_NOWHERE.rawValue)
    request.putRoute(route, header)
    return Change(request)
  }

}

extension Request {
  fileprivate mutating func putRoute(_ route: Route, _ template: rtmsg) {
    var header = template
    let family = route.destination.address.family
    header.rtm_family = family.kernel
    header.rtm_dst_len = UInt8(route.destination.length)
    header.rtm_type = route.kind.rawValue
    header.rtm_table = UInt8(route.table < 256 ? Int(route.table) : Int(RT_TABLE_UNSPEC.rawValue))
    putFixed(header)
    if route.destination.length > 0 {
      put(Int(RTA_DST.rawValue), bytes: route.destination.network.address.bytes)
    }
    if let gateway = route.gateway, gateway.family == family {
      put(Int(RTA_GATEWAY.rawValue), bytes: gateway.bytes)
    } else if let gateway = route.gateway {
      put(Int(RTA_VIA.rawValue), bytes: [gateway.family.kernel, 0] + gateway.bytes)
    }
    if let link = route.linkIndex { put(Int(RTA_OIF.rawValue), link) }
    if let source = route.preferredSource { put(Int(RTA_PREFSRC.rawValue), bytes: source.bytes) }
    if let metric = route.metric { put(Int(RTA_PRIORITY.rawValue), metric) }
    if route.table >= 256 { put(Int(RTA_TABLE.rawValue), route.table) }
    putMetrics(route)
  }

  private mutating func putMetrics(_ route: Route) {
    let metrics = [(RTAX_MTU, route.mtu), (RTAX_ADVMSS, route.advertisedMSS)]
    guard metrics.contains(where: { $0.1 != nil }) else { return }
    nest(Int(RTA_METRICS.rawValue)) { request in
      for case (let metric, let value?) in metrics { request.put(Int(metric), value) }
    }
  }
}

extension Route {
  fileprivate var subject: String {
    var text = "\(destination)"
    if let gateway { text += " via \(gateway)" }
    if let linkIndex { text += " by link \(linkIndex)" }
    return text
  }
}
