/// Builds a template's nodes out of its pieces.
struct GoTemplateParser {
  /// What ended a list of nodes.
  private enum Ending {
    case end, template
    case otherwise([GoTemplateToken])
  }

  private var pieces: ArraySlice<GoTemplateLexer.Piece>
  private var depth = 0

  init(_ pieces: [GoTemplateLexer.Piece]) { self.pieces = pieces[...] }

  mutating func template() throws(GoTemplateError) -> [GoTemplateNode] {
    let (nodes, ending) = try list()
    switch ending {
    case .template: return nodes
    case .end: throw GoTemplateError("{{end}} without a beginning")
    case .otherwise: throw GoTemplateError("{{else}} without {{if}}, {{range}} or {{with}}")
    }
  }

  private mutating func list() throws(GoTemplateError) -> ([GoTemplateNode], Ending) {
    depth += 1
    defer { depth -= 1 }
    guard depth < 100 else { throw GoTemplateError("too deeply nested") }
    var nodes: [GoTemplateNode] = []
    while let piece = pieces.popFirst() {
      switch piece {
      case .text(let text): nodes.append(.text(text))
      case .action(let tokens):
        var action = GoTemplateAction(tokens)
        switch action.keyword() {
        case "end":
          try action.finish()
          return (nodes, .end)
        case "else": return (nodes, .otherwise(action.remaining))
        case "if": nodes.append(try branch(action, setsDot: false))
        case "with": nodes.append(try branch(action, setsDot: true))
        case "range": nodes.append(try range(action))
        case let keyword?: throw GoTemplateError("{{\(keyword)}} is not supported")
        case nil: nodes.append(try action.statement())
        }
      }
    }
    return (nodes, .template)
  }

  private mutating func branch(_ action: GoTemplateAction, setsDot: Bool) throws(GoTemplateError) -> GoTemplateNode {
    var action = action
    let (variables, condition) = try action.declaration(atMost: 1)
    let (body, ending) = try list()
    let otherwise = try otherwise(ending, setsDot ? "with" : "if")
    return .branch(
      GoTemplateBranch(
        condition: condition, variable: variables.first, setsDot: setsDot, body: body, otherwise: otherwise))
  }

  private mutating func range(_ action: GoTemplateAction) throws(GoTemplateError) -> GoTemplateNode {
    var action = action
    let (variables, source) = try action.declaration(atMost: 2)
    let (body, ending) = try list()
    let otherwise = try otherwise(ending, "range")
    return .range(
      GoTemplateRange(
        source: source, keyVariable: variables.count == 2 ? variables[0] : nil, valueVariable: variables.last,
        body: body, otherwise: otherwise))
  }

  /// What follows `{{else}}`, `{{else if …}}` or `{{else with …}}`, up to the end they share with the beginning.
  private mutating func otherwise(_ ending: Ending, _ keyword: String) throws(GoTemplateError) -> [GoTemplateNode] {
    switch ending {
    case .end: return []
    case .template: throw GoTemplateError("{{\(keyword)}} without {{end}}")
    case .otherwise(let tokens):
      var action = GoTemplateAction(tokens)
      switch action.keyword() {
      case "if": return [try branch(action, setsDot: false)]
      case "with": return [try branch(action, setsDot: true)]
      case let other?: throw GoTemplateError("{{else \(other)}} is not supported")
      case nil: try action.finish()
      }
      let (nodes, ending) = try list()
      guard case .end = ending else { throw GoTemplateError("{{else}} without {{end}}") }
      return nodes
    }
  }
}
