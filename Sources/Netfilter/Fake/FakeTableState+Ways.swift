import SystemPackage

extension FakeTableState {
  /// The kernel's NFT_JUMP_STACK_SIZE.
  private static let deepest = 16

  /// What a statement refers to must be there, and of the kind that it is taken for.
  func validate(_ statement: Statement) throws(Errno) {
    if let name = statement.chainName {
      guard let chain = find(chain: name)?.chain else { throw .noSuchFileOrDirectory }
      guard chain.hook == nil else { throw .notSupportedOnSocket }
    }
    if let wanted = statement.container {
      guard let container = find(container: wanted.name)?.container else { throw .noSuchFileOrDirectory }
      // A map will do as a set of its keys, too.
      guard container.valueType != nil || wanted.valueType == nil else { throw .invalidArgument }
    }
  }

  /// Follows packets from each hook through all jumps.
  func validateWays() throws(Errno) {
    for state in chains {
      if let hook = state.chain.hook { try follow(state, hook, depth: 0) }
    }
  }

  private func follow(_ state: FakeChainState, _ hook: Hook, depth: Int) throws(Errno) {
    if depth == Self.deepest { throw .tooManyLinks }
    for statement in state.rules.flatMap(\.rule.statements) {
      guard statement.isPossible(at: hook) else { throw .notSupportedOnSocket }
      if let name = statement.chainName, let next = find(chain: name) { try follow(next, hook, depth: depth + 1) }
    }
  }
}

extension Hook {
  /// The kernel registers nat behind connection tracking alone.
  private static let connectionTracking = Priority(-200)

  func validate() throws(Errno) {
    let isPossible =
      switch kind {
      case .filter: true
      case .nat: point != .forward && priority.rawValue > Self.connectionTracking.rawValue
      case .route: point == .output
      }
    if !isPossible { throw .notSupportedOnSocket }
  }

  /// Whether both are the same but for what may be changed later.
  func isSame(as other: Hook) -> Bool {
    kind == other.kind && point == other.point && priority == other.priority
  }
}

extension Statement {
  fileprivate var chainName: String? {
    switch self {
    case .jump(let chain), .goto(let chain): chain.name
    default: nil
    }
  }

  fileprivate var container: Container? {
    switch self {
    case .match(let match):
      if case .set(let set) = match.operand { Container(set) } else { nil }
    case .dnat(.map(_, let map)), .snat(.map(_, let map)): Container(map)
    default: nil
    }
  }

  fileprivate func isPossible(at hook: Hook) -> Bool {
    switch self {
    case .masquerade: hook.kind == .nat && hook.point == .postrouting
    case .dnat: hook.kind == .nat && (hook.point == .prerouting || hook.point == .output)
    case .snat: hook.kind == .nat && (hook.point == .postrouting || hook.point == .input)
    default: true
    }
  }
}

extension Table.Rule {
  func leads(to chain: String) -> Bool { statements.contains { $0.chainName == chain } }

  func looks(into container: String) -> Bool { statements.contains { $0.container?.name == container } }
}
