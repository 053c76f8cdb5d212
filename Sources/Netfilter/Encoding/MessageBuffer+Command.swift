import CMnl
import CNftnl
import SystemPackage

extension MessageBuffer {
  /// Appends a command's message; `id` is unique in the batch, `isLast` asks for an acknowledgement.
  mutating func append(_ command: Command, id: UInt32, isLast: Bool, sequence: UInt32) throws(Errno) {
    let flags = command.flags | (isLast ? NLM_F_ACK : 0)
    switch command.object {
    case .table(let table):
      let object = try table.libraryObject()
      try append(command, NFT_MSG_NEWTABLE, NFT_MSG_DELTABLE, flags, sequence) {
        nftnl_table_nlmsg_build_payload($0, object.pointer)
      }
    case .chain(let chain) where command.verb == .flush: try appendDeletion(chain, nil, flags, sequence)
    case .chain(let chain):
      let object = try command.makes ? chain.definition() : chain.libraryObject()
      try append(command, NFT_MSG_NEWCHAIN, NFT_MSG_DELCHAIN, flags, sequence) {
        nftnl_chain_nlmsg_build_payload($0, object.pointer)
      }
    case .container(let container): try append(command, container, id: id, flags, sequence)
    case .element(let element):
      let object = try element.libraryObject(keyOnly: !command.makes)
      try append(command, NFT_MSG_NEWSETELEM, NFT_MSG_DELSETELEM, flags, sequence) {
        nftnl_set_elems_nlmsg_build_payload($0, object.pointer)
      }
    case .rule(let rule):
      let object = try rule.libraryObject()
      try append(command, NFT_MSG_NEWRULE, NFT_MSG_NEWRULE, flags, sequence) {
        nftnl_rule_nlmsg_build_payload($0, object.pointer)
      }
    case .listedRule(let rule): try appendDeletion(rule.chain, rule.handle, flags, sequence)
    }
  }

  private mutating func append(
    _ command: Command, _ making: nf_tables_msg_types, _ deleting: nf_tables_msg_types, _ flags: Int32,
    _ sequence: UInt32, _ body: (UnsafeMutablePointer<nlmsghdr>) -> Void
  ) throws(Errno) {
    let type = command.makes ? making : deleting
    try append(Self.type(type), family: command.table.family, flags: flags, sequence: sequence, body)
  }

  private mutating func append(
    _ command: Command, _ container: Container, id: UInt32, _ flags: Int32, _ sequence: UInt32
  ) throws(Errno) {
    let object = try command.makes ? container.definition(id: id) : container.libraryObject()
    if command.verb == .flush {
      try append(
        Self.type(NFT_MSG_DELSETELEM), family: container.table.family, flags: flags, sequence: sequence
      ) { nftnl_set_elems_nlmsg_build_payload($0, object.pointer) }
    } else {
      try append(command, NFT_MSG_NEWSET, NFT_MSG_DELSET, flags, sequence) {
        nftnl_set_nlmsg_build_payload($0, object.pointer)
      }
    }
  }

  private mutating func appendDeletion(
    _ chain: Table.Chain, _ handle: UInt64?, _ flags: Int32, _ sequence: UInt32
  ) throws(Errno) {
    let object = try chain.ruleObject(handle: handle)
    try append(Self.type(NFT_MSG_DELRULE), family: chain.table.family, flags: flags, sequence: sequence) {
      nftnl_rule_nlmsg_build_payload($0, object.pointer)
    }
  }

  static func type(_ message: nf_tables_msg_types) -> UInt32 {
    UInt32(NFNL_SUBSYS_NFTABLES) << 8 | message.rawValue
  }
}

extension Command {
  /// Whether it makes something.
  fileprivate var makes: Bool { verb == .add || verb == .create || verb == .insert }

  fileprivate var flags: Int32 {
    switch (verb, object) {
    case (.add, .rule): NLM_F_CREATE | NLM_F_APPEND
    case (.add, _), (.insert, _): NLM_F_CREATE
    case (.create, _): NLM_F_CREATE | NLM_F_EXCL
    case (.delete, _), (.flush, _), (.get, _): 0
    }
  }
}
