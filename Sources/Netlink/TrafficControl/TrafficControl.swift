import CMnl

extension RouteSocket {
  /// The queueing disciplines of a link: that of what it sends first, `ingress` behind it.
  public func queueingDisciplines(ofLink index: Int32) throws(NetlinkError) -> [QueueingDiscipline] {
    var request = Request("list qdiscs", "of link \(index)", type: Int(RTM_GETQDISC), flags: NLM_F_DUMP)
    var header = tcmsg()
    header.tcm_ifindex = index
    request.putFixed(header)
    // The kernel sends every link's.
    return try query(request) { message throws(DecodingFailure) -> QueueingDiscipline? in
      guard message.type == Int(RTM_NEWQDISC) else { return nil }
      guard let header = message.fixed(tcmsg.self) else { throw DecodingFailure("qdisc message too short") }
      return header.tcm_ifindex == index ? try QueueingDiscipline(message) : nil
    }
  }

  /// The links to which what a link receives is redirected.
  public func redirections(ofLink index: Int32) throws(NetlinkError) -> [Int32] {
    var request = Request("list filters", "of link \(index)", type: Int(RTM_GETTFILTER), flags: NLM_F_DUMP)
    var header = tcmsg()
    header.tcm_ifindex = index
    header.tcm_parent = TrafficHandle.ingress
    request.putFixed(header)
    return try query(request) { message throws(DecodingFailure) -> Int32? in
      let options = message.attributes(after: tcmsg.self).first { $0.type == Int(TCA_OPTIONS) }
      let actions = options?.nested.first { $0.type == Int(TCA_U32_ACT) }
      for action in (actions?.nested).map(Array.init) ?? [] {
        let mirred = action.nested.first { $0.type == Int(TCA_ACT_OPTIONS) }
        let parameters = mirred?.nested.first { $0.type == Int(TCA_MIRRED_PARMS) }
        if let found = parameters?.load(as: tc_mirred.self) { return Int32(bitPattern: found.ifindex) }
      }
      return nil
    }
  }
}

/// The numbers of qdiscs (TC_H_…), which are macros with casts in C.
enum TrafficHandle {
  static let root: UInt32 = 0xffff_ffff
  static let ingressParent: UInt32 = 0xffff_fff1
  static let ingress: UInt32 = 0xffff_0000
  static let first: UInt32 = 0x0001_0000
}
