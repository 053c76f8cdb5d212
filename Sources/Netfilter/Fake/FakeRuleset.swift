import SystemPackage

/// What a ``FakeTable`` holds: a value, so that a transaction works on a copy.
struct FakeRuleset: Sendable {
  var generation: UInt32 = 1
  var tables: [FakeTableState] = []

  func find(_ table: Table) -> FakeTableState? { tables.first { $0.table.isSame(as: table) } }

  /// What a transaction makes of it; the first command that fails is named.
  func after(_ transaction: Transaction) throws(NetfilterError) -> FakeRuleset {
    try transaction.validate()
    if let wanted = transaction.generation, wanted != generation, !transaction.commands.isEmpty {
      throw NetfilterError(errno: NetfilterError.Code.restart, command: transaction.words)
    }
    var copy = self
    for (index, command) in transaction.commands.enumerated() {
      do throws(Errno) {
        try copy.carryOut(command)
      } catch {
        throw NetfilterError(errno: error, command: command.description, index: index)
      }
    }
    return copy
  }

  private mutating func carryOut(_ command: Command) throws(Errno) {
    let place = tables.firstIndex { $0.table.isSame(as: command.table) }
    guard case .table(let table) = command.object else {
      guard let place else { throw .noSuchFileOrDirectory }
      return try tables[place].carryOut(command)
    }
    switch (command.verb, place) {
    case (.delete, let place?): tables.remove(at: place)
    case (.delete, nil): throw .noSuchFileOrDirectory
    case (.create, .some): throw .fileExists
    case (_, nil): tables.append(FakeTableState(table: table))
    case (_, .some): return
    }
  }
}

struct FakeChainState: Sendable {
  var chain: Table.Chain
  var rules: [(handle: UInt64, rule: Table.Rule)] = []
}

struct FakeContainerState: Sendable {
  let container: Container
  var elements: [[DataType.Value]: Table.Element] = [:]

  /// In the order of their keys' bytes.
  var sortedElements: [Table.Element] {
    elements.values.sorted { $0.key.bytes.lexicographicallyPrecedes($1.key.bytes) }
  }
}
