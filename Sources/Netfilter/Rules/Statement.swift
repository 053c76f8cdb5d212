public import LinuxKernel

/// One statement of a rule.
public enum Statement: Sendable, Hashable {
  /// Goes on only when what `match` says holds.
  case match(Match)
  /// Lets the packet through this hook's chain.
  case accept
  /// Throws the packet away.
  case drop
  /// Goes on behind the jump that led here.
  case `return`
  /// Goes on in another chain, and then behind this rule.
  case jump(Table.Chain)
  /// Goes on in another chain, and never comes back here.
  case goto(Table.Chain)
  /// Gives the connection the leaving interface's address as source; in nat chains of postrouting.
  case masquerade
  /// Gives the connection another destination; in nat chains of prerouting and output.
  case dnat(to: Target)
  /// Gives the connection another source; in nat chains of postrouting and input.
  case snat(to: Target)
  /// Sets the packet mark.
  case setMark(UInt32)
}

extension Statement {
  /// A comparison of what a packet has with what a rule asks for.
  public struct Match: Sendable, Hashable {
    /// What is looked at; several are a concatenation, which only sets hold.
    public let expressions: [Expression]
    /// Whether it must not be so.
    public let isNegated: Bool
    /// What it is compared with.
    public let operand: Operand
  }
}

extension Statement {
  /// Where address translation leads to.
  public enum Target: Sendable, Hashable {
    /// An address, and a port where the rule saw to a protocol with ports.
    case address(IPAddress, port: UInt16?)
    /// What a map of addresses, or of addresses and ports, has under a key; a packet whose key is not there goes on.
    case map([Expression], Table.Map)
  }
}

extension Statement {
  /// Goes on only for packets that the operand fits: `ip daddr 127.0.0.0/8`, `ct status dnat`.
  public static func match(_ expression: Expression, _ operand: Operand) -> Statement {
    .match(Match(expressions: [expression], isNegated: false, operand: operand))
  }

  /// Goes on only for packets whose several fields are a key of the set: `iifname . oifname @hairpin`.
  public static func match(_ expressions: [Expression], _ set: Table.Set) -> Statement {
    .match(Match(expressions: expressions, isNegated: false, operand: .set(set)))
  }

  /// Goes on only for packets that the operand does not fit: `oifname != "br0"`, `ct status ! dnat`.
  ///
  /// Of states and status none may be set. That is nft's `!`; its `!=` would ask whether the bits are not exactly
  /// these.
  public static func match(_ expression: Expression, not operand: Operand) -> Statement {
    .match(Match(expressions: [expression], isNegated: true, operand: operand))
  }
}

extension Statement {
  var words: String {
    switch self {
    case .match(let match): match.words
    case .accept: "accept"
    case .drop: "drop"
    case .return: "return"
    case .jump(let chain): "jump \(chain.name)"
    case .goto(let chain): "goto \(chain.name)"
    case .masquerade: "masquerade"
    case .dnat(let target): "dnat \(target.words)"
    case .snat(let target): "snat \(target.words)"
    case .setMark(let mark): "meta mark set \(DataType.Value.mark(mark).words)"
    }
  }
}

extension Statement.Match {
  var words: String {
    let relation = isNegated ? (operand.bits == nil ? "!= " : "! ") : ""
    return "\(expressions.words) \(relation)\(operand.words)"
  }
}

extension Statement.Target {
  /// The family of the addresses; nil when a map's values do not begin with one.
  var family: IPAddress.Family? {
    switch self {
    case .address(let address, _): address.family
    case .map(_, let map):
      switch map.valueType.first {
      case .ipv4Addr: .v4
      case .ipv6Addr: .v6
      default: nil
      }
    }
  }

  var words: String {
    let target =
      switch self {
      case .address(let address, nil): "\(address)"
      case .address(let address, let port?): address.family == .v4 ? "\(address):\(port)" : "[\(address)]:\(port)"
      case .map(let key, let map): "\(key.words) map @\(map.name)"
      }
    return "\(family == .v6 ? "ip6" : "ip") to \(target)"
  }
}
