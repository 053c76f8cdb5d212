import CNftnl
import LinuxKernel

/// Translates a rule's statements into the kernel's expressions, in the form that nft knows again when it lists them.
///
/// Rules are taken as valid.
struct RuleCompiler {
  /// The kernel's NFT_RULE_MAXEXPRS.
  static let most = 128

  private(set) var instructions: [Instruction] = []
  private let family: Table.Family
  /// The IP version that the rule has seen to already.
  private var version: IPAddress.Family?

  init(_ rule: Table.Rule) {
    family = rule.chain.table.family
    for statement in rule.statements { compile(statement) }
  }

  private mutating func compile(_ statement: Statement) {
    switch statement {
    case .match(let match): compile(match)
    case .accept: append(NF_ACCEPT)
    case .drop: append(NF_DROP)
    case .return: append(NFT_RETURN.rawValue)
    case .jump(let chain): append(NFT_JUMP.rawValue, chain: chain.name)
    case .goto(let chain): append(NFT_GOTO.rawValue, chain: chain.name)
    case .masquerade: instructions.append(.masquerade)
    case .dnat(let target): compile(target, isDestination: true)
    case .snat(let target): compile(target, isDestination: false)
    case .setMark(let mark): instructions += [.load(DataType.Value.mark(mark).bytes, slot: 0), .setMark(slot: 0)]
    }
  }

  private mutating func append(_ code: Int32, chain: String? = nil) {
    instructions.append(.verdict(Instruction.Verdict(code: code, chain: chain)))
  }

  private mutating func compile(_ match: Statement.Match) {
    guard let first = match.expressions.first else { return }
    seeToVersion(match.expressions)
    switch match.operand {
    case .set(let set):
      load(match.expressions)
      instructions.append(.lookup(set: set.name, slot: 0, isInverted: match.isNegated))
    case .prefix(let prefix): compile(first, isEqual: !match.isNegated, prefix)
    case .value(let value):
      load([first])
      instructions.append(.compare(slot: 0, isEqual: !match.isNegated, to: value.bytes))
    case .states, .status:
      load([first])
      let bits = match.operand.bits ?? 0
      instructions += [
        .and(slot: 0, mask: withUnsafeBytes(of: bits, Array.init)),
        .compare(slot: 0, isEqual: match.isNegated, to: [0, 0, 0, 0]),
      ]
    case .addressType(let type):
      load([first])
      let number = withUnsafeBytes(of: type.rawValue, Array.init)
      instructions.append(.compare(slot: 0, isEqual: !match.isNegated, to: number))
    }
  }

  /// Whole bytes of a prefix are compared by themselves; what is left is masked.
  private mutating func compile(_ expression: Statement.Expression, isEqual: Bool, _ prefix: IPPrefix) {
    guard let field = expression.field else { return }
    let bytes = prefix.address.bytes
    if prefix.length > 0, prefix.length % 8 == 0 {
      let length = prefix.length / 8
      let part = Instruction.PayloadField(base: field.base, offset: field.offset, length: length)
      instructions.append(.payload(part, slot: 0))
      instructions.append(.compare(slot: 0, isEqual: isEqual, to: Array(bytes.prefix(length))))
    } else {
      instructions.append(.payload(field, slot: 0))
      instructions.append(.and(slot: 0, mask: prefix.mask))
      instructions.append(.compare(slot: 0, isEqual: isEqual, to: bytes))
    }
  }

  private mutating func compile(_ target: Statement.Target, isDestination: Bool) {
    guard let family = target.family else { return }
    var portSlot: Int?
    switch target {
    case .address(let address, let port):
      instructions.append(.load(address.bytes, slot: 0))
      if let port {
        portSlot = 4
        instructions.append(.load(DataType.Value.service(port).bytes, slot: 4))
      }
    case .map(let key, let map):
      seeToVersion(key)
      load(key)
      instructions.append(.replace(map: map.name, slot: 0))
      if map.valueType.count > 1 { portSlot = DataType.address(family).paddedSize / 4 }
    }
    instructions.append(
      .translate(
        Instruction.Translation(
          isDestination: isDestination, family: family.netfilter, addressSlot: 0, portSlot: portSlot)))
  }

  /// In a table of both IP versions, fields of one of them are only there when the packet is of that one.
  private mutating func seeToVersion(_ expressions: [Statement.Expression]) {
    guard family == .inet, let wanted = expressions.lazy.compactMap(\.version).first, wanted != version else { return }
    version = wanted
    instructions += [
      .meta(key: NFT_META_NFPROTO.rawValue, slot: 0), .compare(slot: 0, isEqual: true, to: [UInt8(wanted.netfilter)]),
    ]
  }

  /// Loads the fields one behind the other.
  private mutating func load(_ expressions: [Statement.Expression]) {
    var slot = 0
    for expression in expressions {
      instructions.append(expression.instruction(slot: slot))
      slot += (expression.type?.paddedSize ?? 4) / 4
    }
  }
}

extension IPPrefix {
  fileprivate var mask: [UInt8] {
    (0..<address.bytes.count).map { index in
      let bits = Swift.min(Swift.max(length - 8 * index, 0), 8)
      return UInt8(truncatingIfNeeded: 0xff00 >> bits)
    }
  }
}
