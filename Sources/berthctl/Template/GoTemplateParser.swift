/// Builds a template's nodes out of its pieces.
struct GoTemplateParser {
  /// What ended a list of nodes.
  private enum Ending {
    case end, template
    case otherwise(GoTemplateAction)
  }

  /// How deep blocks may nest: parser and evaluation call themselves.
  private static let maximumDepth = 100

  /// What `define` and `block` have named.
  private(set) var templates: [String: [GoTemplateNode]] = [:]
  private var pieces: ArraySlice<GoTemplateLexer.Piece>
  private var variables = [""]
  private var depth = 0
  private var ranges = 0

  init(_ pieces: [GoTemplateLexer.Piece]) { self.pieces = pieces[...] }

  /// All of the pieces.
  mutating func whole() throws(GoTemplateError) -> [GoTemplateNode] {
    let (nodes, ending) = try list(at: 0)
    switch ending {
    case .template: return nodes
    case .end: throw GoTemplateError("{{end}} without a beginning")
    case .otherwise(let action):
      throw GoTemplateError("{{else}} without {{if}}, {{range}} or {{with}}", at: action.offset)
    }
  }

  private mutating func list(at offset: Int) throws(GoTemplateError) -> ([GoTemplateNode], Ending) {
    depth += 1
    defer { depth -= 1 }
    guard depth < Self.maximumDepth else { throw GoTemplateError("too deeply nested", at: offset) }
    var nodes: [GoTemplateNode] = []
    while let piece = pieces.popFirst() {
      switch piece {
      case .text(let text): nodes.append(.text(text))
      case .action(let tokens, let offset):
        var action = GoTemplateAction(tokens, offset: offset, variables: variables)
        switch action.keyword() {
        case "end":
          try action.finish()
          return (nodes, .end)
        case "else": return (nodes, .otherwise(action))
        case let keyword: if let node = try node(keyword, &action) { nodes.append(node) }
        }
      }
    }
    return (nodes, .template)
  }

  /// What an action stands for, up to its end; nil for a definition.
  private mutating func node(
    _ keyword: String?, _ action: inout GoTemplateAction
  ) throws(GoTemplateError) -> GoTemplateNode? {
    guard let keyword else {
      defer { variables = action.variables }
      return .pipeline(try action.pipeline())
    }
    if let kind = GoTemplateBlock.Kind(rawValue: keyword) { return .block(try block(kind, &action)) }
    if let leave = GoTemplateLeave(rawValue: keyword) {
      try action.finish()
      guard ranges > 0 else { throw GoTemplateError("{{\(keyword)}} outside {{range}}", at: action.offset) }
      return .leave(leave)
    }
    let name = try action.name(after: keyword)
    switch keyword {
    case "template":
      return .template(
        name: name, action.isEmpty ? nil : try action.pipeline(variablesAtMost: 0), offset: action.offset)
    case "block":
      let pipeline = try action.pipeline(variablesAtMost: 0)
      try define(name, at: action.offset)
      return .template(name: name, pipeline, offset: action.offset)
    default:
      guard depth == 1 else { throw GoTemplateError("{{define}} inside another block", at: action.offset) }
      try action.finish()
      try define(name, at: action.offset)
      return nil
    }
  }

  /// Reads a template of its own, with variables of its own.
  private mutating func define(_ name: String, at offset: Int) throws(GoTemplateError) {
    let outer = (variables, ranges)
    (variables, ranges) = ([""], 0)
    let (nodes, ending) = try list(at: offset)
    guard case .end = ending else { throw GoTemplateError("the template \"\(name)\" does not end", at: offset) }
    (variables, ranges) = outer
    // As in Go, what is empty gives way to what is not.
    guard templates[name, default: []].isBlank || nodes.isBlank else {
      throw GoTemplateError("the template \"\(name)\" is defined twice", at: offset)
    }
    if templates[name] == nil || !nodes.isBlank { templates[name] = nodes }
  }

  private mutating func block(
    _ kind: GoTemplateBlock.Kind, _ action: inout GoTemplateAction
  ) throws(GoTemplateError) -> GoTemplateBlock {
    let outer = variables
    defer { variables = outer }
    let pipeline = try action.pipeline(variablesAtMost: kind == .range ? 2 : 1)
    variables = action.variables
    if kind == .range { ranges += 1 }
    let (body, ending) = try list(at: action.offset)
    if kind == .range { ranges -= 1 }
    let otherwise = try otherwise(ending, kind, at: action.offset)
    return GoTemplateBlock(kind: kind, pipeline: pipeline, body: body, otherwise: otherwise)
  }

  /// What follows `{{else}}`, `{{else if …}}` or `{{else with …}}`, up to the end they share with the beginning.
  private mutating func otherwise(
    _ ending: Ending, _ kind: GoTemplateBlock.Kind, at offset: Int
  ) throws(GoTemplateError) -> [GoTemplateNode] {
    switch ending {
    case .end: return []
    case .template: throw GoTemplateError("{{\(kind.rawValue)}} without {{end}}", at: offset)
    case .otherwise(let beginning):
      // Read again, for what has been declared since.
      var action = beginning
      if let keyword = action.keyword() {
        guard keyword == kind.rawValue, kind != .range else {
          throw GoTemplateError("{{else \(keyword)}} does not go with {{\(kind.rawValue)}}", at: action.offset)
        }
        depth += 1
        defer { depth -= 1 }
        return [.block(try block(kind, &action))]
      }
      try action.finish()
      let (nodes, ending) = try list(at: action.offset)
      guard case .end = ending else { throw GoTemplateError("{{else}} without {{end}}", at: action.offset) }
      return nodes
    }
  }
}

extension [GoTemplateNode] {
  /// Whether nothing but white space stands there.
  fileprivate var isBlank: Bool {
    allSatisfy { node in
      if case .text(let text) = node { return text.unicodeScalars.allSatisfy { $0.properties.isWhitespace } }
      return false
    }
  }
}
