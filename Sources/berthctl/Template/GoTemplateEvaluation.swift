import JSON

/// A template being applied.
struct GoTemplateEvaluation {
  /// How deep blocks and templates may nest in each other: the evaluation calls itself, and a template can too.
  private static let maximumDepth = 200

  private(set) var output = ""
  private let templates: [String: [GoTemplateNode]]
  private var variables: [(name: String, value: GoValue)]
  private var depth = 0

  init(_ document: GoValue, templates: [String: [GoTemplateNode]]) {
    self.templates = templates
    variables = [("", document)]
  }

  /// Writes what the nodes stand for; returns how the round of `range` around them ends, if one of them ends it.
  mutating func render(_ nodes: [GoTemplateNode], dot: GoValue) throws(GoTemplateError) -> GoTemplateLeave? {
    for node in nodes {
      switch node {
      case .text(let text): output += text
      case .pipeline(let pipeline):
        let value = try value(pipeline, dot)
        if pipeline.variables.isEmpty { output += value.isNothing ? GoValue.nothing : value.text }
        try store([value], pipeline)
      case .block(let block): if let leave = try render(block, dot) { return leave }
      case .template(let name, let pipeline, let offset): try call(name, pipeline, dot, offset)
      case .leave(let leave): return leave
      }
    }
    return nil
  }

  private mutating func render(_ block: GoTemplateBlock, _ dot: GoValue) throws(GoTemplateError) -> GoTemplateLeave? {
    let outer = variables.count
    defer { variables.removeLast(variables.count - outer) }
    try descend(at: block.pipeline.offset)
    defer { depth -= 1 }
    let value = try value(block.pipeline, dot)
    guard block.kind != .range else { return try rounds(block, value, dot) }
    try store([value], block.pipeline)
    guard value.isTrue else { return try render(block.otherwise, dot: dot) }
    return try render(block.body, dot: block.kind == .with ? value : dot)
  }

  private mutating func rounds(
    _ block: GoTemplateBlock, _ value: GoValue, _ dot: GoValue
  ) throws(GoTemplateError) -> GoTemplateLeave? {
    let variables = block.pipeline.variables.count
    guard let items = value.items, variables < 2 || !value.isInteger else {
      throw GoTemplateError("range can't iterate over \(value.excerpt)", at: block.pipeline.offset)
    }
    guard !items.isEmpty else { return try render(block.otherwise, dot: dot) }
    for item in items {
      let outer = self.variables.count
      defer { self.variables.removeLast(self.variables.count - outer) }
      try store(variables == 2 ? [item.key, item.value] : [item.value], block.pipeline)
      if try render(block.body, dot: item.value) == .breaks { break }
    }
    return nil
  }

  private mutating func call(
    _ name: String, _ pipeline: GoTemplatePipeline?, _ dot: GoValue, _ offset: Int
  ) throws(GoTemplateError) {
    guard let nodes = templates[name] else {
      throw GoTemplateError("the template \"\(name)\" is not defined", at: offset)
    }
    let argument = try pipeline.map { (pipeline) throws(GoTemplateError) in try value(pipeline, dot) } ?? .json(.null)
    try descend(at: offset)
    let outer = variables
    variables = [("", argument)]
    _ = try render(nodes, dot: argument)
    variables = outer
    depth -= 1
  }

  private mutating func descend(at offset: Int) throws(GoTemplateError) {
    depth += 1
    guard depth <= Self.maximumDepth else {
      throw GoTemplateError("more than \(Self.maximumDepth) templates and blocks within each other", at: offset)
    }
  }

  /// Gives the values to the pipeline's variables, as many as it has.
  private mutating func store(_ values: [GoValue], _ pipeline: GoTemplatePipeline) throws(GoTemplateError) {
    for (name, value) in zip(pipeline.variables, values) {
      if pipeline.declares {
        variables.append((name, value))
      } else if let index = variables.lastIndex(where: { $0.name == name }) {
        variables[index].value = value
      }
    }
  }

  private func value(_ pipeline: GoTemplatePipeline, _ dot: GoValue) throws(GoTemplateError) -> GoValue {
    var result: GoValue?
    for command in pipeline.commands { result = try value(command, dot, last: result) }
    return result ?? .json(.null)
  }

  private func value(
    _ command: [GoTemplateOperand], _ dot: GoValue, last: GoValue?
  ) throws(GoTemplateError) -> GoValue {
    let first = command[0]
    if case .function(let name) = first.base {
      do {
        return try apply(name, command.dropFirst(), dot, last: last)
      } catch {
        throw error.at(first.offset)
      }
    }
    guard command.count == 1, last == nil else {
      throw GoTemplateError("only a function takes arguments", at: first.offset)
    }
    if case .nothing = first.base { throw GoTemplateError("nil is not a command", at: first.offset) }
    return try value(first, dot)
  }

  private func apply(
    _ name: String, _ operands: ArraySlice<GoTemplateOperand>, _ dot: GoValue, last: GoValue?
  ) throws(GoTemplateError) -> GoValue {
    try GoTemplateFunctions.check(name, count: operands.count + (last == nil ? 0 : 1))
    var arguments: [GoValue] = []
    for operand in operands {
      let argument = try value(operand, dot)
      // What decides `and` and `or` keeps the rest from being looked at.
      if name == "and" && !argument.isTrue || name == "or" && argument.isTrue { return argument }
      arguments.append(argument)
    }
    if let last { arguments.append(last) }
    return try GoTemplateFunctions.call(name, arguments)
  }

  private func value(_ operand: GoTemplateOperand, _ dot: GoValue) throws(GoTemplateError) -> GoValue {
    var result: GoValue
    switch operand.base {
    case .dot: result = dot
    case .nothing: result = .json(.null)
    case .literal(let value): result = value
    case .pipeline(let pipeline): result = try value(pipeline, dot)
    case .function: result = try value([operand], dot, last: nil)
    case .variable(let name):
      guard let variable = variables.last(where: { $0.name == name }) else {
        throw GoTemplateError("the variable $\(name) is not defined", at: operand.offset)
      }
      result = variable.value
    }
    for field in operand.fields {
      do { result = try result.field(field) } catch { throw error.at(operand.offset) }
    }
    return result
  }
}

extension GoValue {
  /// The value under a key that must be there.
  fileprivate func field(_ name: String) throws(GoTemplateError) -> GoValue {
    guard case .json(.object(let members)) = self else {
      throw GoTemplateError(".\(name): there are no fields in \(excerpt)")
    }
    guard let found = members[name] else {
      let names = members.keys.joined(separator: ", ").beginning(400)
      throw GoTemplateError(".\(name): there is no such field; there are: \(names)")
    }
    return .json(found)
  }

  fileprivate var isInteger: Bool {
    if case .int = self { return true }
    return false
  }

  /// What `range` goes through; nil if it can't.
  fileprivate var items: AnyCollection<(key: GoValue, value: GoValue)>? {
    switch self {
    case .int(let count): AnyCollection((0..<max(0, count)).lazy.map { (.int($0), .int($0)) })
    case .json(.array(let elements)):
      AnyCollection(elements.indices.lazy.map { (.int($0), .json(elements[$0])) })
    case .json(.object(let members)):
      AnyCollection(members.sortedByKey.lazy.map { (.json(.string($0.key)), .json($0.value)) })
    case .json(.null): AnyCollection([])
    default: nil
    }
  }
}
