import CMnl
import CNftnl
import Netlink

extension RulesetEvent {
  /// nil for messages of other subsystems, and for what is no notification.
  init?(_ message: Message) {
    guard message.type >> 8 == Int(NFNL_SUBSYS_NFTABLES) else { return nil }
    let type = nf_tables_msg_types(rawValue: UInt32(message.type & 0xff))
    let portID = message.header.nlmsg_pid
    if type == NFT_MSG_NEWGEN {
      let generation = message.attributes()[Int(NFTA_GEN_ID.rawValue)]?.number ?? 0
      self = .committed(generation: generation, portID: portID)
      return
    }
    let (kind, isDeletion) = Self.meaning(of: type)
    let family = message.fixed(nfgenmsg.self).flatMap { Table.Family(netfilter: $0.nfgen_family) }
    // The table's name is the first attribute of everything, whatever it is called.
    let table = message.attributes()[Int(NFTA_TABLE_NAME.rawValue)]?.string
    self = .changed(
      Change(
        kind: kind, isDeletion: isDeletion, family: family, table: table, portID: portID,
        comments: kind == .element ? Self.comments(message) : []))
  }

  private static func comments(_ message: Message) -> [String?] {
    let list = message.attributes()[Int(NFTA_SET_ELEM_LIST_ELEMENTS.rawValue)]
    return list.map { list in
      list.nested.map { element in
        let data = Attribute.byType(element.nested)[Int(NFTA_SET_ELEM_USERDATA.rawValue)]?.payload
        return data.flatMap { UserData.text(NFTNL_UDATA_SET_ELEM_COMMENT, in: $0) }
      }
    } ?? []
  }

  private static func meaning(of type: nf_tables_msg_types) -> (Kind, isDeletion: Bool) {
    switch type {
    case NFT_MSG_NEWTABLE: (.table, false)
    case NFT_MSG_DELTABLE: (.table, true)
    case NFT_MSG_NEWCHAIN: (.chain, false)
    case NFT_MSG_DELCHAIN: (.chain, true)
    case NFT_MSG_NEWRULE: (.rule, false)
    case NFT_MSG_DELRULE: (.rule, true)
    case NFT_MSG_NEWSET: (.set, false)
    case NFT_MSG_DELSET: (.set, true)
    case NFT_MSG_NEWSETELEM: (.element, false)
    case NFT_MSG_DELSETELEM: (.element, true)
    case NFT_MSG_DELOBJ, NFT_MSG_DELFLOWTABLE: (.other, true)
    default: (.other, false)
    }
  }
}
