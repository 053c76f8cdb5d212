import JSON

/// The tokens of one action being read.
struct GoTemplateAction {
  private static let keywords: Set = [
    "if", "else", "end", "range", "with", "define", "template", "block", "break", "continue",
  ]
  /// How deep parentheses may nest: the parser calls itself.
  private static let maximumDepth = 100

  /// Where the action begins.
  let offset: Int
  /// The variables that may be named, `$` as the empty name.
  private(set) var variables: [String]
  private var remaining: ArraySlice<GoTemplateToken>
  private var depth = 0

  init(_ tokens: [GoTemplateToken], offset: Int, variables: [String]) {
    remaining = tokens[...]
    self.offset = offset
    self.variables = variables
  }

  /// Takes the keyword the action begins with, if it does.
  mutating func keyword() -> String? {
    skipSpace()
    guard case .word(let word) = remaining.first?.kind, Self.keywords.contains(word) else { return nil }
    remaining.removeFirst()
    return word
  }

  /// Takes the name of a template.
  mutating func name(after keyword: String) throws(GoTemplateError) -> String {
    skipSpace()
    guard case .string(let name) = take()?.kind else {
      throw GoTemplateError("{{\(keyword)}} needs a name in quotes", at: offset)
    }
    return name
  }

  /// The action's pipeline, with the variables it goes to (one; for `range` two).
  mutating func pipeline(variablesAtMost most: Int = 1) throws(GoTemplateError) -> GoTemplatePipeline {
    let targets = try targets(most)
    if targets?.declares == true { variables += targets?.names ?? [] }
    var pipeline = try commands()
    pipeline.variables = targets?.names ?? []
    pipeline.declares = targets?.declares ?? true
    try finish()
    return pipeline
  }

  /// Whether nothing follows.
  var isEmpty: Bool { remaining.allSatisfy { $0.kind == .space } }

  /// Checks that nothing follows.
  mutating func finish() throws(GoTemplateError) {
    skipSpace()
    if let token = remaining.first { throw GoTemplateError("\(token.text) is not expected here", at: token.offset) }
  }

  /// `$a :=`, `$a, $b :=`, or the same with `=`.
  private mutating func targets(_ most: Int) throws(GoTemplateError) -> (names: [String], declares: Bool)? {
    let saved = remaining
    var names: [String] = []
    while true {
      skipSpace()
      guard let token = take(), case .variable(let name) = token.kind else { break }
      names.append(name)
      skipSpace()
      switch take()?.kind {
      case .symbol(","): continue
      case .symbol(let symbol) where symbol == ":=" || symbol == "=":
        guard names.count <= most else {
          throw GoTemplateError("too many variables before \(symbol)", at: token.offset)
        }
        if symbol == "=" { for name in names { try check(name, at: token.offset) } }
        return (names, symbol == ":=")
      default: break
      }
      break
    }
    remaining = saved
    return nil
  }

  private mutating func commands() throws(GoTemplateError) -> GoTemplatePipeline {
    skipSpace()
    var pipeline = GoTemplatePipeline(offset: remaining.first?.offset ?? offset)
    pipeline.commands.append(try command())
    while remaining.first?.kind == .symbol("|") {
      let pipe = remaining.removeFirst()
      let command = try command()
      guard command.first?.base.isExecutable == true else {
        throw GoTemplateError("what stands behind | must be a function", at: pipe.offset)
      }
      pipeline.commands.append(command)
    }
    return pipeline
  }

  private mutating func command() throws(GoTemplateError) -> [GoTemplateOperand] {
    var operands: [GoTemplateOperand] = []
    while true {
      skipSpace()
      guard let token = remaining.first, token.kind != .symbol("|"), token.kind != .symbol(")") else { break }
      operands.append(try operand())
      if let next = remaining.first, ![.space, .symbol("|"), .symbol(")")].contains(next.kind) {
        throw GoTemplateError("\(next.text) is not expected here", at: next.offset)
      }
    }
    guard !operands.isEmpty else { throw GoTemplateError("a value is missing", at: remaining.first?.offset ?? offset) }
    return operands
  }

  private mutating func operand() throws(GoTemplateError) -> GoTemplateOperand {
    guard let token = take() else { throw GoTemplateError("a value is missing", at: offset) }
    var operand = GoTemplateOperand(base: try base(token), offset: token.offset)
    if case .field(let name) = token.kind { operand.fields = [name] }
    while let next = remaining.first, case .field(let name) = next.kind {
      guard token.takesFields else { throw GoTemplateError("\(next.text) is not expected here", at: next.offset) }
      remaining.removeFirst()
      operand.fields.append(name)
    }
    return operand
  }

  private mutating func base(_ token: GoTemplateToken) throws(GoTemplateError) -> GoTemplateOperand.Base {
    switch token.kind {
    case .dot, .field: return .dot
    case .variable(let name):
      try check(name, at: token.offset)
      return .variable(name)
    case .string(let text): return .literal(.json(.string(text)))
    case .number(let value): return .literal(value)
    case .word("true"): return .literal(.json(.bool(true)))
    case .word("false"): return .literal(.json(.bool(false)))
    case .word("nil"): return .nothing
    case .word(let name) where GoTemplateFunctions.arities[name] != nil: return .function(name)
    case .word(let name):
      let names = GoTemplateFunctions.arities.keys.sorted().joined(separator: ", ")
      throw GoTemplateError("there is no function \"\(name)\"; there are: \(names)", at: token.offset)
    case .symbol("("): return .pipeline(try parenthesised(token))
    case .symbol, .space: throw GoTemplateError("\(token.text) is not expected here", at: token.offset)
    }
  }

  private mutating func parenthesised(_ opening: GoTemplateToken) throws(GoTemplateError) -> GoTemplatePipeline {
    depth += 1
    defer { depth -= 1 }
    guard depth < Self.maximumDepth else { throw GoTemplateError("too many parentheses", at: opening.offset) }
    let pipeline = try commands()
    guard take()?.kind == .symbol(")") else { throw GoTemplateError("( without )", at: opening.offset) }
    return pipeline
  }

  private func check(_ variable: String, at offset: Int) throws(GoTemplateError) {
    guard variables.contains(variable) else {
      throw GoTemplateError("the variable $\(variable) is not defined", at: offset)
    }
  }

  private mutating func take() -> GoTemplateToken? { remaining.popFirst() }

  private mutating func skipSpace() {
    while remaining.first?.kind == .space { remaining.removeFirst() }
  }
}

extension GoTemplateToken {
  fileprivate var text: String {
    switch kind {
    case .word(let name): "\"\(name)\""
    case .variable(let name): "$\(name)"
    case .field(let name): ".\(name)"
    case .dot: "."
    case .string: "a string"
    case .number: "a number"
    case .symbol(let symbol): symbol
    case .space: "a space"
    }
  }

  fileprivate var takesFields: Bool {
    switch kind {
    case .variable, .field, .symbol("("): true
    default: false
    }
  }
}

extension GoTemplateOperand.Base {
  fileprivate var isExecutable: Bool {
    if case .function = self { return true }
    return false
  }
}
