/// Commands that are carried out all or none: the only way to change a ruleset.
///
/// A value: commands are collected, ``Ruleset/perform(_:)`` carries them out in their order and ``Ruleset/check(_:)``
/// tries them. Each command sees what those before it did. A transaction that fails costs the kernel milliseconds, one
/// that succeeds microseconds: know what is there rather than have a failure tell.
public struct Transaction: Sendable, Hashable, CustomStringConvertible {
  /// The commands in their order.
  public private(set) var commands: [Command] = []

  /// The generation that the ruleset must still have (``Ruleset/generation()``), else nothing is done and the error's
  /// code is `changedMeanwhile`; nil, which is the rule, asks for none: whoever changes the ruleset at the same time
  /// would make it fail, whatever he changes.
  public var generation: UInt32?

  /// An empty transaction, which changes nothing.
  public init() {}

  /// The commands as a script for nft, one a line.
  public var description: String { commands.map { "\($0)\n" }.joined() }

  mutating func append(_ verb: Command.Verb, _ object: Command.Object) {
    commands.append(Command(verb: verb, object: object))
  }
}

extension Transaction {
  /// Adds a table unless it is there.
  public mutating func add(_ table: Table) { append(.add, .table(table)) }
  /// Adds a chain unless it is there, in which case it gets the policy; an error (EOPNOTSUPP or EEXIST) when it
  /// is there with another type, hook or priority.
  public mutating func add(_ chain: Table.Chain) { append(.add, .chain(chain)) }
  /// Adds a set unless it is there.
  public mutating func add(_ set: Table.Set) { append(.add, .container(Container(set))) }
  /// Adds a map unless it is there.
  public mutating func add(_ map: Table.Map) { append(.add, .container(Container(map))) }
  /// Adds an element unless it is there, in which case it keeps its comment; `alreadyExists` when a map has another
  /// value under its key.
  ///
  /// Whoever shares a set or map uses ``create(_:)-(Table.Element)``: the first to delete takes it from both.
  public mutating func add(_ element: Table.Element) { append(.add, .element(element)) }
  /// Adds a rule behind the chain's others; once more when the same one is there.
  public mutating func add(_ rule: Table.Rule) { append(.add, .rule(rule)) }
  /// Adds a rule before the chain's others; once more when the same one is there.
  public mutating func insert(_ rule: Table.Rule) { append(.insert, .rule(rule)) }

  /// Adds a table; `alreadyExists` when it is there.
  public mutating func create(_ table: Table) { append(.create, .table(table)) }
  /// Adds a chain; `alreadyExists` when it is there.
  public mutating func create(_ chain: Table.Chain) { append(.create, .chain(chain)) }
  /// Adds a set; `alreadyExists` when it is there.
  public mutating func create(_ set: Table.Set) { append(.create, .container(Container(set))) }
  /// Adds a map; `alreadyExists` when it is there.
  public mutating func create(_ map: Table.Map) { append(.create, .container(Container(map))) }
  /// Adds an element; `alreadyExists` when its key is there.
  public mutating func create(_ element: Table.Element) { append(.create, .element(element)) }
}

extension Transaction {
  /// Deletes a table and all that is in it; `notFound` when it is not there.
  public mutating func delete(_ table: Table) { append(.delete, .table(table)) }
  /// Deletes a chain with its rules; `notFound` when it is not there, `busy` when a rule jumps to it.
  public mutating func delete(_ chain: Table.Chain) { append(.delete, .chain(chain)) }
  /// Deletes a set with its elements; `notFound` when it is not there, `busy` when a rule looks into it.
  public mutating func delete(_ set: Table.Set) { append(.delete, .container(Container(set))) }
  /// Deletes a map with its elements; `notFound` when it is not there, `busy` when a rule looks into it.
  public mutating func delete(_ map: Table.Map) { append(.delete, .container(Container(map))) }
  /// Deletes an element by its key; `notFound` when it is not there. A map's value is not compared.
  public mutating func delete(_ element: Table.Element) { append(.delete, .element(element)) }
  /// Deletes a rule by its handle; `notFound` when it is not there.
  public mutating func delete(_ rule: Table.ListedRule) { append(.delete, .listedRule(rule)) }

  /// Deletes all rules of a chain; `notFound` when the chain is not there.
  public mutating func flush(_ chain: Table.Chain) { append(.flush, .chain(chain)) }
  /// Deletes all elements of a set; `notFound` when the set is not there.
  public mutating func flush(_ set: Table.Set) { append(.flush, .container(Container(set))) }
  /// Deletes all elements of a map; `notFound` when the map is not there.
  public mutating func flush(_ map: Table.Map) { append(.flush, .container(Container(map))) }
}
