import JSON
import RuntimeAPI

/// The tokens of one action being read.
struct GoTemplateAction {
  private static let keywords: Set = [
    "if", "else", "end", "range", "with", "define", "template", "block", "break", "continue",
  ]

  private(set) var remaining: [GoTemplateToken]
  private var depth = 0

  init(_ tokens: [GoTemplateToken]) { remaining = tokens.reversed().drop { $0 == .space }.reversed() }

  /// Takes the keyword the action begins with, if it does.
  mutating func keyword() -> String? {
    skipSpace()
    guard case .word(let word) = remaining.first, Self.keywords.contains(word) else { return nil }
    remaining.removeFirst()
    return word
  }

  /// A pipeline to write, or an assignment.
  mutating func statement() throws(GoTemplateError) -> GoTemplateNode {
    skipSpace()
    let saved = remaining
    if case .variable(let name) = take() {
      skipSpace()
      switch take() {
      case .symbol(":="): return .assign(variable: name, declares: true, try whole())
      case .symbol("="): return .assign(variable: name, declares: false, try whole())
      default: break
      }
    }
    remaining = saved
    return .output(try whole())
  }

  /// `$a, $b := pipeline` or a pipeline alone.
  mutating func declaration(atMost count: Int) throws(GoTemplateError) -> ([String], GoTemplatePipeline) {
    let saved = remaining
    var names: [String] = []
    while true {
      skipSpace()
      guard case .variable(let name) = take() else { break }
      names.append(name)
      skipSpace()
      switch take() {
      case .symbol(":="):
        guard names.count <= count else { throw GoTemplateError("too many variables before :=") }
        return (names, try whole())
      case .symbol(","): continue
      default: break
      }
      break
    }
    remaining = saved
    return ([], try whole())
  }

  /// Checks that nothing follows.
  mutating func finish() throws(GoTemplateError) {
    skipSpace()
    if let token = remaining.first { throw GoTemplateError("\(token.text) is not expected here") }
  }

  private mutating func whole() throws(GoTemplateError) -> GoTemplatePipeline {
    let pipeline = try pipeline()
    try finish()
    return pipeline
  }

  private mutating func pipeline() throws(GoTemplateError) -> GoTemplatePipeline {
    var commands = [try command()]
    while remaining.first == .symbol("|") {
      remaining.removeFirst()
      commands.append(try command())
    }
    return GoTemplatePipeline(commands: commands)
  }

  private mutating func command() throws(GoTemplateError) -> [GoTemplateOperand] {
    var operands: [GoTemplateOperand] = []
    while true {
      skipSpace()
      guard let token = remaining.first, token != .symbol("|"), token != .symbol(")") else { break }
      operands.append(try operand())
    }
    guard !operands.isEmpty else { throw GoTemplateError("a value is missing") }
    return operands
  }

  private mutating func operand() throws(GoTemplateError) -> GoTemplateOperand {
    var operand: GoTemplateOperand
    switch take() {
    case .dot: operand = GoTemplateOperand(base: .dot)
    case .field(let name): operand = GoTemplateOperand(base: .dot, fields: [name])
    case .variable(let name): operand = GoTemplateOperand(base: .variable(name))
    case .literal(let value): operand = GoTemplateOperand(base: .literal(value))
    case .word("true"): operand = GoTemplateOperand(base: .literal(.bool(true)))
    case .word("false"): operand = GoTemplateOperand(base: .literal(.bool(false)))
    case .word("nil"): operand = GoTemplateOperand(base: .literal(.null))
    case .word(let name):
      guard GoTemplateFunctions.names.contains(name) else {
        throw GoTemplateError(
          "the function \"\(name)\" is not supported; there are: "
            + GoTemplateFunctions.names.sorted().joined(separator: ", "))
      }
      return GoTemplateOperand(base: .function(name))
    case .symbol("("): operand = GoTemplateOperand(base: .pipeline(try parenthesised()))
    case let token: throw GoTemplateError("\(token?.text ?? "the end") is not expected here")
    }
    while case .field(let name) = remaining.first {
      remaining.removeFirst()
      operand.fields.append(name)
    }
    return operand
  }

  private mutating func parenthesised() throws(GoTemplateError) -> GoTemplatePipeline {
    depth += 1
    defer { depth -= 1 }
    guard depth < 100 else { throw GoTemplateError("too many parentheses") }
    let pipeline = try pipeline()
    guard take() == .symbol(")") else { throw GoTemplateError("( without )") }
    return pipeline
  }

  private mutating func take() -> GoTemplateToken? { remaining.isEmpty ? nil : remaining.removeFirst() }

  private mutating func skipSpace() {
    while remaining.first == .space { remaining.removeFirst() }
  }
}

extension GoTemplateToken {
  fileprivate var text: String {
    switch self {
    case .word(let name): "\"\(name)\""
    case .variable(let name): "$\(name)"
    case .field(let name): ".\(name)"
    case .dot: "."
    case .literal(let value): value.text()
    case .symbol(let symbol): symbol
    case .space: "a space"
    }
  }
}
