import CMnl
public import LinuxKernel

extension RouteSocket {
  /// What a link knows of its neighbours, of both families.
  public func neighbours(ofLink index: Int32) throws(NetlinkError) -> [Neighbour] {
    var request = Request("list neighbours", "of link \(index)", type: Int(RTM_GETNEIGH), flags: NLM_F_DUMP)
    request.putFixed(ndmsg())
    request.put(Int(NDA_IFINDEX), index)
    // Kernels before 4.4 send every link's.
    return try query(request) { message throws(DecodingFailure) in try Neighbour(message) }
      .filter { $0.linkIndex == index }
  }
}

extension Change {
  /// Sets a neighbour, in place of what was known of its address.
  public static func setNeighbour(_ neighbour: Neighbour) -> Change {
    var request = Request(
      "set neighbour", neighbour.subject, type: Int(RTM_NEWNEIGH), flags: NLM_F_ACK | NLM_F_CREATE | NLM_F_REPLACE)
    request.put(neighbour)
    return Change(request)
  }

  /// Forgets a neighbour; fails with `notFound` when nothing is known of it.
  public static func deleteNeighbour(_ address: IPAddress, ofLink index: Int32) -> Change {
    let neighbour = Neighbour(address, mac: nil, link: index, state: [])
    var request = Request(change: "delete neighbour", neighbour.subject, type: RTM_DELNEIGH)
    request.put(neighbour)
    return Change(request)
  }
}

extension Request {
  fileprivate mutating func put(_ neighbour: Neighbour) {
    var header = ndmsg()
    header.ndm_family = neighbour.address.family.kernel
    header.ndm_ifindex = neighbour.linkIndex
    header.ndm_state = neighbour.state.rawValue
    putFixed(header)
    put(Int(NDA_DST), bytes: neighbour.address.bytes)
    if let mac = neighbour.mac { put(Int(NDA_LLADDR), bytes: mac.bytes) }
  }
}

extension Neighbour {
  fileprivate var subject: String { "\(address) of link \(linkIndex)" }
}
