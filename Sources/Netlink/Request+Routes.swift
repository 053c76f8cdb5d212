import CMnl
import LinuxKernel

extension Request {
  /// RTM_GETROUTE of both families and all tables.
  static func listRoutes() -> Request {
    var request = Request("list routes", "of the namespace", type: Int(RTM_GETROUTE), flags: NLM_F_DUMP)
    request.putFixed(rtmsg())
    return request
  }

  static func addRoute(_ route: Route) -> Request {
    var request = Request(
      "add route", route.subject, type: Int(RTM_NEWROUTE), flags: NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL)
    var header = rtmsg()
    header.rtm_protocol = UInt8(RTPROT_BOOT)
    // IPv4 wants the scope said: an on-link route reaches no further than the link.
    let onLink = route.gateway == nil && route.kind == .unicast
    header.rtm_scope = UInt8(
      route.kind == .local ? RT_SCOPE_HOST.rawValue : onLink ? RT_SCOPE_LINK.rawValue : RT_SCOPE_UNIVERSE.rawValue)
    request.putRoute(route, header)
    return request
  }

  static func deleteRoute(_ route: Route) -> Request {
    var request = Request("delete route", route.subject, type: Int(RTM_DELROUTE), flags: NLM_F_ACK)
    var header = rtmsg()
    header.rtm_scope = UInt8(RT_SCOPE_NOWHERE.rawValue)
    request.putRoute(route, header)
    return request
  }

  private mutating func putRoute(_ route: Route, _ template: rtmsg) {
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
    if let link = route.linkIndex { put(Int(RTA_OIF.rawValue), UInt32(bitPattern: link)) }
    if let source = route.preferredSource { put(Int(RTA_PREFSRC.rawValue), bytes: source.bytes) }
    if let metric = route.metric { put(Int(RTA_PRIORITY.rawValue), metric) }
    if route.table >= 256 { put(Int(RTA_TABLE.rawValue), route.table) }
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
