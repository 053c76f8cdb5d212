import CMnl

extension RouteSocket {
  /// The VLANs that a bridge's port lets through, in their order; none where the bridge does not tell them apart.
  public func vlans(ofPort index: Int32) throws(NetlinkError) -> [PortVLAN] {
    try query(.listVLANs()) { message throws(DecodingFailure) -> [PortVLAN]? in
      guard let header = message.fixed(ifinfomsg.self), header.ifi_index == index else { return nil }
      let spec = message.attributes(after: ifinfomsg.self).first { $0.type == Int(IFLA_AF_SPEC) }
      let infos = (spec?.nested).map { $0.filter { $0.type == Int(IFLA_BRIDGE_VLAN_INFO) } } ?? []
      return infos.compactMap { $0.load(as: bridge_vlan_info.self) }.compactMap {
        PortVLAN(
          $0.vid...$0.vid, isDefault: $0.flags & UInt16(BRIDGE_VLAN_INFO_PVID) != 0,
          isUntagged: $0.flags & UInt16(BRIDGE_VLAN_INFO_UNTAGGED) != 0)
      }
    }.flatMap(\.self)
  }
}

extension Request {
  /// RTM_GETLINK of all bridges' ports with their VLANs, one by one.
  fileprivate static func listVLANs() -> Request {
    var request = Request("list VLANs", "of the namespace", type: Int(RTM_GETLINK), flags: NLM_F_DUMP)
    var header = ifinfomsg()
    header.ifi_family = UInt8(BERTH_PF_BRIDGE)
    request.putFixed(header)
    request.put(Int(IFLA_EXT_MASK), UInt32(RTEXT_FILTER_BRVLAN))
    return request
  }
}
