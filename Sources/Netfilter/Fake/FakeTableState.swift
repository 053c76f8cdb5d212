import SystemPackage

/// A table of a ``FakeRuleset``, in the order of making.
struct FakeTableState: Sendable {
  let table: Table
  var chains: [FakeChainState] = []
  var containers: [FakeContainerState] = []
  private var lastHandle: UInt64 = 0

  init(table: Table) { self.table = table }

  func find(chain name: String) -> FakeChainState? { chains.first { $0.chain.name == name } }

  func find(container name: String) -> FakeContainerState? { containers.first { $0.container.name == name } }

  mutating func carryOut(_ command: Command) throws(Errno) {
    switch command.object {
    case .table: return
    case .chain(let chain): try carryOut(command.verb, chain)
    case .container(let container): try carryOut(command.verb, container)
    case .element(let element): try carryOut(command.verb, element)
    case .rule(let rule): try add(rule, atEnd: command.verb == .add)
    case .listedRule(let rule): try delete(rule)
    }
  }

  private func place(ofChain name: String) throws(Errno) -> Int {
    guard let place = chains.firstIndex(where: { $0.chain.name == name }) else { throw .noSuchFileOrDirectory }
    return place
  }

  private func place(of container: Container) throws(Errno) -> Int {
    guard let place = containers.firstIndex(where: { $0.container.name == container.name }) else {
      throw .noSuchFileOrDirectory
    }
    return place
  }
}

extension FakeTableState {
  private mutating func carryOut(_ verb: Command.Verb, _ chain: Table.Chain) throws(Errno) {
    switch verb {
    case .delete:
      let place = try place(ofChain: chain.name)
      let others = chains.filter { $0.chain.name != chain.name }
      guard !others.flatMap(\.rules).contains(where: { $0.rule.leads(to: chain.name) }) else { throw .resourceBusy }
      chains.remove(at: place)
    case .flush:
      let place = try place(ofChain: chain.name)
      chains[place].rules = []
    case .get: return
    case .add, .create, .insert:
      guard let present = chains.firstIndex(where: { $0.chain.name == chain.name }) else {
        try chain.hook?.validate()
        return chains.append(FakeChainState(chain: chain))
      }
      if verb == .create { throw .fileExists }
      guard let hook = chain.hook else { return }
      let before = chains[present].chain.hook
      if let before, before.kind != hook.kind { throw .fileExists }
      guard before?.isSame(as: hook) == true else { throw .notSupportedOnSocket }
      chains[present].chain.hook = hook
    }
  }

  private mutating func add(_ rule: Table.Rule, atEnd: Bool) throws(Errno) {
    let place = try place(ofChain: rule.chain.name)
    for statement in rule.statements { try validate(statement) }
    lastHandle += 1
    chains[place].rules.insert((lastHandle, rule), at: atEnd ? chains[place].rules.endIndex : 0)
    try validateWays()
  }

  private mutating func delete(_ rule: Table.ListedRule) throws(Errno) {
    let place = try place(ofChain: rule.chain.name)
    guard let index = chains[place].rules.firstIndex(where: { $0.handle == rule.handle }) else {
      throw .noSuchFileOrDirectory
    }
    chains[place].rules.remove(at: index)
  }
}

extension FakeTableState {
  private mutating func carryOut(_ verb: Command.Verb, _ container: Container) throws(Errno) {
    switch verb {
    case .delete:
      let place = try place(of: container)
      let rules = chains.flatMap(\.rules)
      guard !rules.contains(where: { $0.rule.looks(into: container.name) }) else { throw .resourceBusy }
      containers.remove(at: place)
    case .flush:
      let place = try place(of: container)
      containers[place].elements = [:]
    case .get: return
    case .add, .create, .insert:
      guard let present = find(container: container.name)?.container else {
        return containers.append(FakeContainerState(container: container))
      }
      let isSame = present.type == container.type && present.valueType == container.valueType
      if verb == .create || !isSame { throw .fileExists }
    }
  }

  private mutating func carryOut(_ verb: Command.Verb, _ element: Table.Element) throws(Errno) {
    let place = try place(of: element.container)
    let container = containers[place].container
    // The kernel knows sizes alone.
    guard container.type.size == element.container.type.size,
      verb == .delete || container.valueType?.size == element.container.valueType?.size
    else { throw .invalidArgument }
    let present = containers[place].elements[element.key]
    switch (verb, present) {
    case (.delete, nil): throw .noSuchFileOrDirectory
    case (.delete, .some): containers[place].elements[element.key] = nil
    case (.create, .some): throw .fileExists
    case (_, nil): containers[place].elements[element.key] = element
    case (_, let present?): if present.value != element.value { throw .fileExists }
    }
  }
}
