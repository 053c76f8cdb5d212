import CMnl
import LinuxKernel
import SystemPackage

extension Change {
  /// Makes a pair of joined links. Fails with `alreadyExists` when a name or number is taken; then neither is made. The peer is
  /// brought up by a change of its own: at its birth it is not joined yet.
  public static func createVethPair(_ link: NewLink, peer: NewLink) throws(NetlinkError) -> Change {
    try InterfaceName.check(peer.name, for: "create veth pair")
    guard !peer.isUp else {
      throw NetlinkError(
        .invalidArgument, errno: .invalidArgument, operation: "create veth pair",
        subject: "\(link.name) and \(peer.name)",
        detail: "a peer cannot be born up; set it up afterwards")
    }
    return try create("veth", "veth pair", link, subject: "\(link.name) and \(peer.name)") { data in
      data.nest(Int(VETH_INFO_PEER)) { $0.put(peer) }
    }
  }

  /// Makes a bridge without ports; fails with `alreadyExists` when its name is taken.
  ///
  /// - Parameter filtersVLANs: Whether it tells VLANs apart (vlan_filtering).
  public static func createBridge(_ link: NewLink, filtersVLANs: Bool = false) throws(NetlinkError) -> Change {
    guard filtersVLANs else { return try create("bridge", "bridge", link) }
    return try create("bridge", "bridge", link) { $0.put(Int(IFLA_BR_VLAN_FILTERING), UInt8(1)) }
  }

  /// Makes an intermediate functional block device, to which what another link receives is sent to be shaped.
  public static func createIFB(_ link: NewLink) throws(NetlinkError) -> Change { try create("ifb", "ifb", link) }

  /// Makes a link that takes packets and leads nowhere.
  public static func createDummy(_ link: NewLink) throws(NetlinkError) -> Change {
    try create("dummy", "dummy", link)
  }

  private static func create(
    _ kind: String, _ words: String, _ link: NewLink, subject: String? = nil, _ data: ((inout Request) -> Void)? = nil
  ) throws(NetlinkError) -> Change {
    try InterfaceName.check(link.name, for: "create \(words)")
    var request = Request(change: "create \(words)", subject ?? link.name, type: RTM_NEWLINK, creating: true)
    request.put(link)
    request.nest(Int(IFLA_LINKINFO)) { info in
      info.put(Int(IFLA_INFO_KIND), kind)
      if let data { info.nest(Int(IFLA_INFO_DATA), data) }
    }
    return Change(request)
  }
}

extension Request {
  /// The fixed part and the attributes that every kind has.
  fileprivate mutating func put(_ link: NewLink) {
    var header = ifinfomsg()
    header.ifi_index = link.index ?? 0
    if link.isUp { (header.ifi_flags, header.ifi_change) = (Link.Flags.up.rawValue, Link.Flags.up.rawValue) }
    putFixed(header)
    put(Int(IFLA_IFNAME), link.name)
    if let mac = link.mac { put(Int(IFLA_ADDRESS), bytes: mac.bytes) }
    if let mtu = link.mtu { put(Int(IFLA_MTU), mtu) }
    if let master = link.master { put(Int(IFLA_MASTER), master) }
    if let group = link.group { put(Int(IFLA_GROUP), group) }
    if let length = link.transmitQueueLength { put(Int(IFLA_TXQLEN), length) }
    if let namespace = link.namespace { put(Int(IFLA_NET_NS_FD), namespace) }
  }
}
