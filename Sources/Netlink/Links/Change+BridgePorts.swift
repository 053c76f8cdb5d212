import CMnl

extension Change {
  /// Sets what is given of a bridge's port.
  public static func setBridgePort(_ port: BridgePort, ofLink index: Int32) -> Change {
    var request = Request(change: "set bridge port", "link \(index)", type: RTM_SETLINK)
    request.putPort(index)
    request.nest(Int(IFLA_PROTINFO)) { info in
      if let state = port.state { info.put(Int(IFLA_BRPORT_STATE), state.rawValue) }
      if let hairpin = port.hairpin { info.put(Int(IFLA_BRPORT_MODE), UInt8(hairpin ? 1 : 0)) }
      if let isolated = port.isIsolated { info.put(Int(IFLA_BRPORT_ISOLATED), UInt8(isolated ? 1 : 0)) }
    }
    return Change(request)
  }

  /// Lets VLANs through a bridge's port; those that are let through already get these flags.
  public static func addVLANs(_ vlans: PortVLAN, toPort index: Int32) -> Change {
    changeVLANs("add", "to", vlans, index, RTM_SETLINK)
  }

  /// Keeps VLANs from a bridge's port; those that it does not have are nothing to do.
  public static func deleteVLANs(_ vlans: PortVLAN, fromPort index: Int32) -> Change {
    changeVLANs("delete", "from", vlans, index, RTM_DELLINK)
  }

  private static func changeVLANs(
    _ verb: String, _ preposition: String, _ vlans: PortVLAN, _ index: Int32, _ type: some BinaryInteger
  ) -> Change {
    let (first, last) = (vlans.ids.lowerBound, vlans.ids.upperBound)
    var request = Request(change: "\(verb) VLANs", "\(first)-\(last) \(preposition) link \(index)", type: type)
    request.putPort(index)
    var flags = UInt16(0)
    if vlans.isDefault { flags |= UInt16(BRIDGE_VLAN_INFO_PVID) }
    if vlans.isUntagged { flags |= UInt16(BRIDGE_VLAN_INFO_UNTAGGED) }
    request.nest(Int(IFLA_AF_SPEC)) { spec in
      let ends: [(UInt16, Int)] =
        first == last
        ? [(first, 0)] : [(first, Int(BRIDGE_VLAN_INFO_RANGE_BEGIN)), (last, Int(BRIDGE_VLAN_INFO_RANGE_END))]
      for (id, end) in ends {
        spec.put(Int(IFLA_BRIDGE_VLAN_INFO), fixed: bridge_vlan_info(flags: flags | UInt16(end), vid: id))
      }
    }
    return Change(request)
  }
}

extension Request {
  /// The fixed part of a request to the bridge about a port.
  fileprivate mutating func putPort(_ index: Int32) {
    var header = ifinfomsg()
    header.ifi_family = UInt8(BERTH_PF_BRIDGE)
    header.ifi_index = index
    putFixed(header)
  }
}
