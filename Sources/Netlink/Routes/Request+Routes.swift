import CMnl
import LinuxKernel

extension Request {
  /// RTM_GETROUTE of both families and all tables.
  static func listRoutes() -> Request {
    var request = Request("list routes", "of the namespace", type: Int(RTM_GETROUTE), flags: NLM_F_DUMP)
    request.putFixed(rtmsg())
    return request
  }

  /// RTM_GETROUTE of one destination: the entry of the table that decides, not what the kernel makes of it for packets.
  static func getRoute(to address: IPAddress) -> Request {
    var request = Request("look up route", "to \(address)", type: Int(RTM_GETROUTE), flags: 0)
    var header = rtmsg()
    header.rtm_family = address.family.kernel
    header.rtm_dst_len = UInt8(address.family.bitCount)
    header.rtm_flags = UInt32(RTM_F_FIB_MATCH)
    request.putFixed(header)
    request.put(Int(RTA_DST.rawValue), bytes: address.bytes)
    return request
  }
}
