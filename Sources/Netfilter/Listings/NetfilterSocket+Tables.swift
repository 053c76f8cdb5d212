import CMnl
import CNftnl
import Netlink

extension NetfilterSocket {
  /// The number of the ruleset's present state: see ``Ruleset/generation()``.
  public func generation() throws(NetfilterError) -> UInt32 {
    var request = Request("list", "generation", type: Int(MessageBuffer.type(NFT_MSG_GETGEN)), flags: 0)
    request.putFixed(nfgenmsg())
    let numbers = try query(request) { message throws(DecodingFailure) -> UInt32? in
      guard let number = message.attributes()[Int(NFTA_GEN_ID.rawValue)]?.number else {
        throw DecodingFailure("a generation without its number")
      }
      return number
    }
    // An answer is complete with one number.
    return numbers.first ?? 0
  }

  /// All tables, of all families that have a ``Table/Family``.
  public func tables() throws(NetfilterError) -> [Table] {
    try query(Request(list: "tables", NFT_MSG_GETTABLE, family: nil)) { message throws(DecodingFailure) -> Table? in
      guard let family = try message.family() else { return nil }
      let attributes = message.attributes()
      guard let name = attributes[Int(NFTA_TABLE_NAME.rawValue)]?.string else {
        throw DecodingFailure("a table without a name")
      }
      let data = attributes[Int(NFTA_TABLE_USERDATA.rawValue)]?.payload
      return Table(family, name, comment: data.flatMap { UserData.text(NFTNL_UDATA_TABLE_COMMENT, in: $0) })
    }
  }

  /// A table's chains: see ``Ruleset/chains(of:)``.
  public func chains(of table: Table) throws(NetfilterError) -> [Table.Chain] {
    // The kernel lists a family's chains, of all tables.
    try query(Request(list: "chains of table \(table.words)", NFT_MSG_GETCHAIN, family: table.family)) {
      message throws(DecodingFailure) in try Table.Chain(message, of: table)
    }
  }

  /// A chain's rules in their order: see ``Ruleset/rules(of:)``.
  public func rules(of chain: Table.Chain) throws(NetfilterError) -> [Table.ListedRule] {
    var request = Request(list: "chain \(chain.words)", NFT_MSG_GETRULE, family: chain.table.family)
    request.put(Int(NFTA_RULE_TABLE.rawValue), chain.table.name)
    request.put(Int(NFTA_RULE_CHAIN.rawValue), chain.name)
    return try query(request) { message throws(DecodingFailure) in try Table.ListedRule(message, of: chain) }
  }
}

extension Table.Chain {
  /// nil when it is one of another table's.
  fileprivate init?(_ message: Message, of table: Table) throws(DecodingFailure) {
    let attributes = message.attributes()
    guard let name = attributes[Int(NFTA_CHAIN_NAME.rawValue)]?.string,
      let tableName = attributes[Int(NFTA_CHAIN_TABLE.rawValue)]?.string
    else { throw DecodingFailure("a chain without a name") }
    guard tableName == table.name, try message.family() == table.family else { return nil }
    let data = attributes[Int(NFTA_CHAIN_USERDATA.rawValue)]?.payload
    self.init(
      table: table, name: name, hook: Hook(attributes),
      comment: data.flatMap { UserData.text(NFTNL_UDATA_CHAIN_COMMENT, in: $0) })
  }
}

extension Hook {
  /// nil for a chain that is none of a hook, or of one without a ``Point``.
  fileprivate init?(_ attributes: [Int: Attribute]) {
    guard let nested = attributes[Int(NFTA_CHAIN_HOOK.rawValue)]?.nested else { return nil }
    let hook = Attribute.byType(nested)
    guard let point = hook[Int(NFTA_HOOK_HOOKNUM.rawValue)]?.number.flatMap(Point.init),
      let priority = hook[Int(NFTA_HOOK_PRIORITY.rawValue)]?.number,
      let kind = attributes[Int(NFTA_CHAIN_TYPE.rawValue)]?.string, let kind = Kind(rawValue: kind)
    else { return nil }
    let policy = attributes[Int(NFTA_CHAIN_POLICY.rawValue)]?.number
    self.init(
      kind, point, Priority(Int32(bitPattern: priority)), policy: policy == UInt32(NF_DROP) ? .drop : .accept)
  }
}

extension Table.ListedRule {
  /// nil when it is one of another chain's, which kernels send that don't heed what was asked for.
  fileprivate init?(_ message: Message, of chain: Table.Chain) throws(DecodingFailure) {
    let attributes = message.attributes()
    guard let handle = attributes[Int(NFTA_RULE_HANDLE.rawValue)]?.longNumber else {
      throw DecodingFailure("a rule without a handle")
    }
    guard attributes[Int(NFTA_RULE_TABLE.rawValue)]?.string == chain.table.name,
      attributes[Int(NFTA_RULE_CHAIN.rawValue)]?.string == chain.name
    else { return nil }
    let data = attributes[Int(NFTA_RULE_USERDATA.rawValue)]?.payload
    self.init(
      chain: chain, handle: handle, comment: data.flatMap { UserData.text(NFTNL_UDATA_RULE_COMMENT, in: $0) })
  }
}
