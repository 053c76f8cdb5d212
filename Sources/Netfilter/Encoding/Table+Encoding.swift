import CNftnl
import SystemPackage

extension Table {
  func libraryObject() throws(Errno) -> LibraryObject {
    let object = try LibraryObject(nftnl_table_alloc(), free: nftnl_table_free)
    try checked(nftnl_table_set_str(object.pointer, UInt16(NFTNL_TABLE_NAME.rawValue), name))
    let data = UserData(NFTNL_UDATA_TABLE_COMMENT, comment: comment).bytes
    if !data.isEmpty {
      try checked(
        nftnl_table_set_data(object.pointer, UInt16(NFTNL_TABLE_USERDATA.rawValue), data, UInt32(data.count)))
    }
    return object
  }
}

extension Table.Chain {
  func libraryObject() throws(Errno) -> LibraryObject {
    let object = try LibraryObject(nftnl_chain_alloc(), free: nftnl_chain_free)
    try checked(nftnl_chain_set_str(object.pointer, UInt16(NFTNL_CHAIN_TABLE.rawValue), table.name))
    try checked(nftnl_chain_set_str(object.pointer, UInt16(NFTNL_CHAIN_NAME.rawValue), name))
    return object
  }

  /// With what only its making needs.
  func definition() throws(Errno) -> LibraryObject {
    let object = try libraryObject()
    if let hook {
      try checked(nftnl_chain_set_str(object.pointer, UInt16(NFTNL_CHAIN_TYPE.rawValue), hook.kind.rawValue))
      nftnl_chain_set_u32(object.pointer, UInt16(NFTNL_CHAIN_HOOKNUM.rawValue), hook.point.rawValue)
      nftnl_chain_set_s32(object.pointer, UInt16(NFTNL_CHAIN_PRIO.rawValue), hook.priority.rawValue)
      let policy = UInt32(hook.policy == .accept ? NF_ACCEPT : NF_DROP)
      nftnl_chain_set_u32(object.pointer, UInt16(NFTNL_CHAIN_POLICY.rawValue), policy)
    }
    let data = UserData(NFTNL_UDATA_CHAIN_COMMENT, comment: comment).bytes
    if !data.isEmpty {
      try checked(
        nftnl_chain_set_data(object.pointer, UInt16(NFTNL_CHAIN_USERDATA.rawValue), data, UInt32(data.count)))
    }
    return object
  }
}
