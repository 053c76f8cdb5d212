import LinuxKernel

extension Table.Rule {
  /// Refuses statements whose types do not fit, or which refer to other tables.
  func validate() throws(Refusal) {
    guard !statements.isEmpty else { throw Refusal("a rule without statements") }
    for (position, statement) in statements.enumerated() {
      if statement.isVerdict, position < statements.count - 1 {
        throw Refusal("nothing can follow \(statement.words)")
      }
      try validate(statement)
    }
    guard RuleCompiler(self).instructions.count <= RuleCompiler.most else {
      throw Refusal("more than the \(RuleCompiler.most) expressions that the kernel takes")
    }
  }

  private func validate(_ statement: Statement) throws(Refusal) {
    switch statement {
    case .match(let match): try validate(match)
    case .jump(let chain), .goto(let chain):
      try Command.validate(name: chain.name, of: "chain")
      try validate(table: chain.table)
    case .dnat(let target), .snat(let target): try validate(target)
    case .accept, .drop, .return, .masquerade, .setMark: return
    }
  }

  private func validate(_ match: Statement.Match) throws(Refusal) {
    for expression in match.expressions { try validate(expression) }
    if case .set(let set) = match.operand { return try validate(match.expressions, areKeysOf: Container(set)) }
    guard match.expressions.count == 1, let expression = match.expressions.first else {
      throw Refusal("several expressions are compared with sets only")
    }
    switch match.operand {
    case .set: return
    case .value(let value):
      try value.validate()
      guard value.type == expression.type else { throw mismatch(expression, value.words) }
    case .prefix(let prefix):
      guard expression.type == .address(prefix.address.family), prefix == prefix.network else {
        throw mismatch(expression, "\(prefix)")
      }
    case .states(let states):
      guard expression == .ctState, !states.isEmpty else { throw mismatch(expression, match.operand.words) }
    case .status(let status):
      guard expression == .ctStatus, !status.isEmpty else { throw mismatch(expression, match.operand.words) }
    case .addressType:
      guard expression == .fibDaddrType else { throw mismatch(expression, match.operand.words) }
    }
  }

  private func mismatch(_ expression: Statement.Expression, _ words: String) -> Refusal {
    Refusal("\(expression.rawValue) cannot be compared with \(words)")
  }

  /// What packets of the table's family have.
  private func validate(_ expression: Statement.Expression) throws(Refusal) {
    let isThere =
      switch expression {
      case .ipSaddr, .ipDaddr: chain.table.family == .ip || chain.table.family == .inet
      case .ip6Saddr, .ip6Daddr: chain.table.family == .ip6 || chain.table.family == .inet
      case .etherSaddr, .etherDaddr: chain.table.family == .bridge
      case .fibDaddrType: chain.table.family != .bridge
      default: true
      }
    guard isThere else {
      throw Refusal("\(expression.rawValue) in a table of the family \(chain.table.family.rawValue)")
    }
  }

  private func validate(_ expressions: [Statement.Expression], areKeysOf container: Container) throws(Refusal) {
    try Command.validate(name: container.name, of: container.kind)
    try validate(table: container.table)
    guard let types = expressions.types, types == container.type else {
      let words = expressions.types?.words ?? "of no set"
      throw Refusal("\(expressions.words) is \(words), @\(container.name) has \(container.type.words)")
    }
  }

  private func validate(_ target: Statement.Target) throws(Refusal) {
    guard let family = target.family else { throw Refusal("a map without addresses as values") }
    let isPossible =
      switch chain.table.family {
      case .ip: family == .v4
      case .ip6: family == .v6
      case .inet: true
      case .bridge: false
      }
    guard isPossible else { throw Refusal("\(target.words) in a table of the family \(chain.table.family.rawValue)") }
    guard case .map(let key, let map) = target else { return }
    for expression in key { try validate(expression) }
    try validate(key, areKeysOf: Container(map))
    let address = DataType.address(family)
    guard map.valueType == [address] || map.valueType == [address, .inetService] else {
      throw Refusal("@\(map.name) has values of the type \(map.valueType.words)")
    }
  }

  private func validate(table: Table) throws(Refusal) {
    guard table.isSame(as: chain.table) else {
      throw Refusal("a rule of table \(chain.table.words) refers to table \(table.words)")
    }
  }
}

extension Statement {
  /// Whether a packet never gets behind it.
  fileprivate var isVerdict: Bool {
    switch self {
    case .accept, .drop, .return, .jump, .goto: true
    case .match, .masquerade, .dnat, .snat, .setMark: false
    }
  }
}
