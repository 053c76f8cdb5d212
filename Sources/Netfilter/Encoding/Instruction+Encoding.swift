import CNftnl
import SystemPackage

extension Instruction {
  func libraryObject() throws(Errno) -> LibraryObject {
    switch self {
    case .meta(let key, let slot):
      try Self.object("meta", [NFTNL_EXPR_META_KEY: key, NFTNL_EXPR_META_DREG: Self.register(slot)])
    case .payload(let field, let slot): try field.libraryObject(slot: slot)
    case .connectionTracking(let key, let slot):
      try Self.object("ct", [NFTNL_EXPR_CT_KEY: key, NFTNL_EXPR_CT_DREG: Self.register(slot)])
    case .routeTypeOfDestination(let slot):
      try Self.object(
        "fib",
        [
          NFTNL_EXPR_FIB_DREG: Self.register(slot), NFTNL_EXPR_FIB_RESULT: NFT_FIB_RESULT_ADDRTYPE.rawValue,
          NFTNL_EXPR_FIB_FLAGS: UInt32(BERTH_NFTA_FIB_F_DADDR),
        ])
    case .and(let slot, let mask): try Self.mask(mask, slot: slot)
    case .compare(let slot, let isEqual, let bytes): try Self.comparison(slot: slot, isEqual: isEqual, bytes)
    case .lookup(let set, let slot, let isInverted):
      try Self.lookup(set, [NFTNL_EXPR_LOOKUP_SREG: Self.register(slot), NFTNL_EXPR_LOOKUP_FLAGS: isInverted ? 1 : 0])
    case .replace(let map, let slot):
      try Self.lookup(
        map, [NFTNL_EXPR_LOOKUP_SREG: Self.register(slot), NFTNL_EXPR_LOOKUP_DREG: Self.register(slot)])
    case .load(let bytes, let slot): try Self.immediate(bytes, slot: slot)
    case .setMark(let slot):
      try Self.object(
        "meta", [NFTNL_EXPR_META_KEY: NFT_META_MARK.rawValue, NFTNL_EXPR_META_SREG: Self.register(slot)])
    case .verdict(let verdict): try verdict.libraryObject()
    case .masquerade: try Self.object("masq", [:])
    case .translate(let translation): try translation.libraryObject()
    }
  }

  /// The kernel's number of a slot.
  fileprivate static func register(_ slot: Int) -> UInt32 { NFT_REG32_00.rawValue + UInt32(slot) }

  fileprivate static func object(_ name: String, _ numbers: [Int: UInt32]) throws(Errno) -> LibraryObject {
    let object = try LibraryObject(nftnl_expr_alloc(name), free: nftnl_expr_free)
    for (attribute, number) in numbers { nftnl_expr_set_u32(object.pointer, UInt16(attribute), number) }
    return object
  }

  private static func put(_ attribute: Int, _ bytes: [UInt8], into object: borrowing LibraryObject) throws(Errno) {
    try checked(nftnl_expr_set(object.pointer, UInt16(attribute), bytes, UInt32(bytes.count)))
  }

  private static func mask(_ mask: [UInt8], slot: Int) throws(Errno) -> LibraryObject {
    let object = try object(
      "bitwise",
      [
        NFTNL_EXPR_BITWISE_SREG: register(slot), NFTNL_EXPR_BITWISE_DREG: register(slot),
        NFTNL_EXPR_BITWISE_LEN: UInt32(mask.count),
      ])
    try put(NFTNL_EXPR_BITWISE_MASK, mask, into: object)
    try put(NFTNL_EXPR_BITWISE_XOR, [UInt8](repeating: 0, count: mask.count), into: object)
    return object
  }

  private static func comparison(slot: Int, isEqual: Bool, _ bytes: [UInt8]) throws(Errno) -> LibraryObject {
    let relation = isEqual ? NFT_CMP_EQ.rawValue : NFT_CMP_NEQ.rawValue
    let object = try object("cmp", [NFTNL_EXPR_CMP_SREG: register(slot), NFTNL_EXPR_CMP_OP: relation])
    try put(NFTNL_EXPR_CMP_DATA, bytes, into: object)
    return object
  }

  private static func lookup(_ set: String, _ numbers: [Int: UInt32]) throws(Errno) -> LibraryObject {
    let object = try object("lookup", numbers)
    try checked(nftnl_expr_set_str(object.pointer, UInt16(NFTNL_EXPR_LOOKUP_SET), set))
    return object
  }

  private static func immediate(_ bytes: [UInt8], slot: Int) throws(Errno) -> LibraryObject {
    let object = try object("immediate", [NFTNL_EXPR_IMM_DREG: register(slot)])
    try put(NFTNL_EXPR_IMM_DATA, bytes, into: object)
    return object
  }
}

extension Instruction.PayloadField {
  fileprivate func libraryObject(slot: Int) throws(Errno) -> LibraryObject {
    try Instruction.object(
      "payload",
      [
        NFTNL_EXPR_PAYLOAD_DREG: Instruction.register(slot), NFTNL_EXPR_PAYLOAD_BASE: base,
        NFTNL_EXPR_PAYLOAD_OFFSET: UInt32(offset), NFTNL_EXPR_PAYLOAD_LEN: UInt32(length),
      ])
  }
}

extension Instruction.Verdict {
  fileprivate func libraryObject() throws(Errno) -> LibraryObject {
    let object = try Instruction.object(
      "immediate",
      [NFTNL_EXPR_IMM_DREG: NFT_REG_VERDICT.rawValue, NFTNL_EXPR_IMM_VERDICT: UInt32(bitPattern: code)])
    if let chain { try checked(nftnl_expr_set_str(object.pointer, UInt16(NFTNL_EXPR_IMM_CHAIN), chain)) }
    return object
  }
}

extension Instruction.Translation {
  fileprivate func libraryObject() throws(Errno) -> LibraryObject {
    let kind = isDestination ? NFT_NAT_DNAT.rawValue : NFT_NAT_SNAT.rawValue
    var numbers = [
      NFTNL_EXPR_NAT_TYPE: kind, NFTNL_EXPR_NAT_FAMILY: family,
      NFTNL_EXPR_NAT_REG_ADDR_MIN: Instruction.register(addressSlot),
    ]
    if let portSlot { numbers[NFTNL_EXPR_NAT_REG_PROTO_MIN] = Instruction.register(portSlot) }
    return try Instruction.object("nat", numbers)
  }
}
