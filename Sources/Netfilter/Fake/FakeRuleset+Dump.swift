extension FakeRuleset {
  var dump: String { tables.map(\.dump).joined(separator: "\n") }
}

extension FakeTableState {
  fileprivate var dump: String {
    let blocks = (containers.map(\.lines) + chains.map(\.lines)).map { $0.map { "\t\($0)\n" }.joined() }
    let comment = table.comment.map { ["\tcomment \"\($0)\"\n"] } ?? []
    return "table \(table.words) {\n\((comment + blocks).joined(separator: "\n"))}\n"
  }
}

extension FakeContainerState {
  /// As nft indents what does not fit into the first line.
  private static let separator = ",\n\t\t\t     "

  fileprivate var lines: [String] {
    var lines = ["\(container.kind) \(container.name) {", "\ttype \(container.typeWords)"]
    if let comment = container.comment { lines.append("\tcomment \"\(comment)\"") }
    if !elements.isEmpty {
      let words = sortedElements.map(\.words).joined(separator: Self.separator)
      lines.append("\telements = { \(words) }")
    }
    return lines + ["}"]
  }
}

extension FakeChainState {
  fileprivate var lines: [String] {
    var lines = ["chain \(chain.name) {"]
    if let comment = chain.comment { lines.append("\tcomment \"\(comment)\"") }
    if let hook = chain.hook { lines.append("\t\(hook.words)") }
    return lines + rules.map { "\t\($0.rule.words)" } + ["}"]
  }
}
