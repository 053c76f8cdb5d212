import CMnl

extension Request {
  /// RTM_GETLINK of everything.
  static func listLinks() -> Request {
    var request = Request("list links", "of the namespace", type: Int(RTM_GETLINK), flags: NLM_F_DUMP)
    request.putFixed(ifinfomsg())
    return request
  }

  /// RTM_GETLINK of one link.
  static func getLink(_ target: LinkTarget) -> Request {
    var request = Request("look up link", target.description, type: Int(RTM_GETLINK), flags: 0)
    request.putTarget(target)
    return request
  }

  /// RTM_SETLINK of one link's flags, only those in `mask`.
  static func setFlags(_ operation: String, link: Int32, flags: Link.Flags, mask: Link.Flags) -> Request {
    var request = Request(operation, "link \(link)", type: Int(RTM_SETLINK), flags: NLM_F_ACK)
    var header = ifinfomsg()
    header.ifi_index = link
    header.ifi_flags = flags.rawValue
    header.ifi_change = mask.rawValue
    request.putFixed(header)
    return request
  }

  static func setMTU(_ mtu: UInt32, link: Int32) -> Request {
    change("set MTU", "\(mtu) of link \(link)", link) { $0.put(Int(IFLA_MTU), mtu) }
  }

  static func setMaster(_ master: Int32?, link: Int32) -> Request {
    change("set master", "\(master.map { "link \($0)" } ?? "none") of link \(link)", link) {
      $0.put(Int(IFLA_MASTER), UInt32(bitPattern: master ?? 0))
    }
  }

  private static func change(
    _ operation: String, _ subject: String, _ link: Int32, _ body: (inout Request) -> Void
  ) -> Request {
    var request = Request(operation, subject, type: Int(RTM_SETLINK), flags: NLM_F_ACK)
    request.putTarget(.index(link))
    body(&request)
    return request
  }

  static func deleteLink(_ target: LinkTarget) -> Request {
    var request = Request("delete link", target.description, type: Int(RTM_DELLINK), flags: NLM_F_ACK)
    request.putTarget(target)
    return request
  }

  /// RTM_NEWLINK of a kind that needs no more than a name.
  static func createLink(kind: String, name: String) -> Request {
    var request = newLink("create \(kind)", name)
    request.put(Int(IFLA_IFNAME), name)
    request.nest(Int(IFLA_LINKINFO)) { $0.put(Int(IFLA_INFO_KIND), kind) }
    return request
  }

  /// RTM_NEWLINK of a veth pair, its peer perhaps in the namespace that a descriptor is open on.
  static func createVeth(name: String, peer: String, peerNamespace: Int32?) -> Request {
    var request = newLink("create veth pair", "\(name) and \(peer)")
    request.put(Int(IFLA_IFNAME), name)
    request.nest(Int(IFLA_LINKINFO)) { info in
      info.put(Int(IFLA_INFO_KIND), "veth")
      info.nest(Int(IFLA_INFO_DATA)) { data in
        data.nest(Int(VETH_INFO_PEER)) { other in
          other.putFixed(ifinfomsg())
          other.put(Int(IFLA_IFNAME), peer)
          if let peerNamespace { other.put(Int(IFLA_NET_NS_FD), UInt32(bitPattern: peerNamespace)) }
        }
      }
    }
    return request
  }

  private static func newLink(_ operation: String, _ subject: String) -> Request {
    var request = Request(
      operation, subject, type: Int(RTM_NEWLINK), flags: NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL)
    request.putFixed(ifinfomsg())
    return request
  }

  private mutating func putTarget(_ target: LinkTarget) {
    var header = ifinfomsg()
    switch target {
    case .index(let index):
      header.ifi_index = index
      putFixed(header)
    case .name(let name):
      putFixed(header)
      put(Int(IFLA_IFNAME), name)
    }
  }
}

/// How a request names a link.
enum LinkTarget: CustomStringConvertible {
  case index(Int32)
  case name(String)

  var description: String {
    switch self {
    case .index(let index): "link \(index)"
    case .name(let name): name
    }
  }
}
