import CMnl
import LinuxKernel

extension Link {
  /// Decodes an RTM_NEWLINK; other messages are left out of a listing.
  init?(_ message: Message) throws(DecodingFailure) {
    guard message.type == Int(RTM_NEWLINK) else { return nil }
    guard let header = message.fixed(ifinfomsg.self) else { throw DecodingFailure("link message too short") }
    var attributes = LinkAttributes()
    for attribute in message.attributes(after: ifinfomsg.self) { attributes.take(attribute) }
    guard let name = attributes.name else { throw DecodingFailure("link \(header.ifi_index) without a name") }
    self.init(
      index: header.ifi_index, name: name, mac: attributes.mac, mtu: attributes.mtu ?? 0,
      flags: Flags(rawValue: header.ifi_flags), kind: attributes.kind, alias: attributes.alias,
      group: attributes.group ?? 0, transmitQueueLength: attributes.transmitQueueLength ?? 0, port: attributes.port,
      filtersVLANs: attributes.filtersVLANs, masterIndex: attributes.master,
      peerIndex: attributes.peer, peerNamespaceID: attributes.peerNamespace)
  }
}

/// The attributes of a link message as they are met.
private struct LinkAttributes {
  var name: String?
  var mac: MACAddress?
  var mtu: UInt32?
  var kind: String?
  var alias: String?
  var group: UInt32?
  var transmitQueueLength: UInt32?
  var port: BridgePort?
  var filtersVLANs = false
  var master: Int32?
  var peer: Int32?
  var peerNamespace: Int32?

  mutating func take(_ attribute: Attribute) {
    switch attribute.type {
    case Int(IFLA_IFNAME): name = attribute.string
    case Int(IFLA_ADDRESS): mac = MACAddress(bytes: attribute.payload)
    case Int(IFLA_MTU): mtu = attribute.uint32
    case Int(IFLA_MASTER): master = attribute.int32
    // A veth whose peer is gone says 0.
    case Int(IFLA_LINK): peer = attribute.int32.flatMap { $0 == 0 ? nil : $0 }
    case Int(IFLA_LINK_NETNSID): peerNamespace = attribute.int32
    case Int(IFLA_IFALIAS): alias = attribute.string
    case Int(IFLA_GROUP): group = attribute.uint32
    case Int(IFLA_TXQLEN): transmitQueueLength = attribute.uint32
    case Int(IFLA_LINKINFO): takeInfo(attribute.nested)
    default: break
    }
  }

  private mutating func takeInfo(_ info: AttributeSequence) {
    var (masterKind, data, masterData): (String?, AttributeSequence?, AttributeSequence?)
    for attribute in info {
      switch attribute.type {
      case Int(IFLA_INFO_KIND): kind = attribute.string
      case Int(IFLA_INFO_DATA): data = attribute.nested
      case Int(IFLA_INFO_SLAVE_KIND): masterKind = attribute.string
      case Int(IFLA_INFO_SLAVE_DATA): masterData = attribute.nested
      default: break
      }
    }
    if kind == "bridge", let data {
      filtersVLANs = data.first { $0.type == Int(IFLA_BR_VLAN_FILTERING) }?.uint8 == 1
    }
    if masterKind == "bridge", let masterData { port = BridgePort(masterData) }
  }
}

extension BridgePort {
  fileprivate init(_ attributes: AttributeSequence) {
    self.init()
    for attribute in attributes {
      switch attribute.type {
      case Int(IFLA_BRPORT_MODE): hairpin = attribute.uint8.map { $0 != 0 }
      case Int(IFLA_BRPORT_ISOLATED): isIsolated = attribute.uint8.map { $0 != 0 }
      case Int(IFLA_BRPORT_STATE): state = attribute.uint8.flatMap(State.init)
      default: break
      }
    }
  }
}
