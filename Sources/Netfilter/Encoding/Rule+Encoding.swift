import CNftnl
import SystemPackage

extension Table.Chain {
  /// A rule of this chain without expressions: with a handle that one, without it all of them.
  func ruleObject(handle: UInt64? = nil) throws(Errno) -> LibraryObject {
    let object = try LibraryObject(nftnl_rule_alloc(), free: nftnl_rule_free)
    try checked(nftnl_rule_set_str(object.pointer, UInt16(NFTNL_RULE_TABLE.rawValue), table.name))
    try checked(nftnl_rule_set_str(object.pointer, UInt16(NFTNL_RULE_CHAIN.rawValue), name))
    if let handle { nftnl_rule_set_u64(object.pointer, UInt16(NFTNL_RULE_HANDLE.rawValue), handle) }
    return object
  }
}

extension Table.Rule {
  func libraryObject() throws(Errno) -> LibraryObject {
    let object = try chain.ruleObject()
    let data = UserData(NFTNL_UDATA_RULE_COMMENT, comment: comment).bytes
    if !data.isEmpty {
      try checked(
        nftnl_rule_set_data(object.pointer, UInt16(NFTNL_RULE_USERDATA.rawValue), data, UInt32(data.count)))
    }
    for instruction in RuleCompiler(self).instructions {
      nftnl_rule_add_expr(object.pointer, try instruction.libraryObject().handOver())
    }
    return object
  }
}
