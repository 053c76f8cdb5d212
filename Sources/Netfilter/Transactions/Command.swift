/// One command of a transaction; `description` is what one would tell nft.
public struct Command: Sendable, Hashable, CustomStringConvertible {
  enum Verb: String, Sendable {
    /// Fine when it is there already; a rule is added once more.
    case add
    /// An error when it is there already.
    case create
    /// Of rules: before all others.
    case insert
    case delete
    case flush
    /// No change, and in no transaction: for the words and checks of what is looked up.
    case get
  }

  enum Object: Sendable, Hashable {
    case table(Table)
    case chain(Table.Chain)
    case container(Container)
    case element(Table.Element)
    case rule(Table.Rule)
    case listedRule(Table.ListedRule)
  }

  let verb: Verb
  let object: Object

  /// The command in nft's words, for instance `add element inet berth ports4 { tcp . 80 : 10.0.0.2 . 80 }`.
  public var description: String { "\(verb.rawValue) \(objectWords)" }

  var table: Table {
    switch object {
    case .table(let table): table
    case .chain(let chain): chain.table
    case .container(let container): container.table
    case .element(let element): element.container.table
    case .rule(let rule): rule.chain.table
    case .listedRule(let rule): rule.chain.table
    }
  }

  private var makes: Bool { verb == .add || verb == .create }

  private var objectWords: String {
    switch object {
    case .table(let table): "table \(table.words)\(definition(comment: table.comment))"
    case .chain(let chain): "chain \(chain.words)\(definition(chain.hook?.words, comment: chain.comment))"
    case .container(let container):
      "\(container.kind) \(container.words)\(definition("type \(container.typeWords);", comment: container.comment))"
    case .element(let element): "element \(element.container.words) { \(element.words) }"
    case .rule(let rule): "rule \(rule.chain.words) \(rule.words)"
    case .listedRule(let rule): "rule \(rule.chain.words) handle \(rule.handle)"
    }
  }

  /// What stands in braces behind the name of what is made.
  private func definition(_ definition: String? = nil, comment: String?) -> String {
    let parts = [definition, comment.map { "comment \"\($0)\";" }].compactMap(\.self)
    return makes && !parts.isEmpty ? " { \(parts.joined(separator: " ")) }" : ""
  }
}
