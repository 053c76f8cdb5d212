import JSON
import RuntimeAPI

/// A template being applied.
struct GoTemplateEvaluation {
  private(set) var output = ""
  private var variables: [(name: String, value: JSON)]

  init(_ document: JSON) { variables = [("", document)] }

  mutating func render(_ nodes: [GoTemplateNode], dot: JSON) throws(GoTemplateError) {
    for node in nodes {
      switch node {
      case .text(let text): output += text
      case .output(let pipeline): output += try value(pipeline, dot).templateText
      case .assign(let name, declares: true, let pipeline): variables.append((name, try value(pipeline, dot)))
      case .assign(let name, declares: false, let pipeline):
        let value = try value(pipeline, dot)
        guard let index = variables.lastIndex(where: { $0.name == name }) else { throw undefined(name) }
        variables[index].value = value
      case .branch(let branch): try render(branch, dot)
      case .range(let range): try render(range, dot)
      }
    }
  }

  private mutating func render(_ branch: GoTemplateBranch, _ dot: JSON) throws(GoTemplateError) {
    let condition = try value(branch.condition, dot)
    let isTrue = condition.isTrue
    let declared = branch.variable.map { [($0, condition)] } ?? []
    try block(
      isTrue ? branch.body : branch.otherwise, dot: isTrue && branch.setsDot ? condition : dot, declaring: declared)
  }

  private mutating func render(_ range: GoTemplateRange, _ dot: JSON) throws(GoTemplateError) {
    let source = try value(range.source, dot)
    let items: [(key: JSON, value: JSON)]
    switch source {
    case .array(let elements): items = elements.enumerated().map { (.integer($0.offset), $0.element) }
    case .object(let members): items = members.sorted { $0.key < $1.key }.map { (.string($0.key), $0.value) }
    case .null: items = []
    default: throw GoTemplateError("range can't iterate over \(source.text())")
    }
    if items.isEmpty { try block(range.otherwise, dot: dot, declaring: []) }
    for item in items {
      let declared = [(range.keyVariable, item.key), (range.valueVariable, item.value)].compactMap { name, value in
        name.map { ($0, value) }
      }
      try block(range.body, dot: item.value, declaring: declared)
    }
  }

  private mutating func block(
    _ nodes: [GoTemplateNode], dot: JSON, declaring declared: [(String, JSON)]
  ) throws(GoTemplateError) {
    let outer = variables.count
    variables += declared.map { (name: $0.0, value: $0.1) }
    try render(nodes, dot: dot)
    variables.removeLast(variables.count - outer)
  }

  private func value(_ pipeline: GoTemplatePipeline, _ dot: JSON) throws(GoTemplateError) -> JSON {
    var result: JSON?
    for command in pipeline.commands { result = try value(command, dot, last: result) }
    return result ?? .null
  }

  private func value(
    _ command: [GoTemplateOperand], _ dot: JSON, last: JSON?
  ) throws(GoTemplateError) -> JSON {
    guard let first = command.first else { return .null }
    if case .function(let name) = first.base {
      var arguments: [JSON] = []
      for operand in command.dropFirst() {
        let argument = try value(operand, dot)
        arguments.append(argument)
        if name == "and" && !argument.isTrue || name == "or" && argument.isTrue { return argument }
      }
      if let last { arguments.append(last) }
      return try GoTemplateFunctions.call(name, arguments)
    }
    guard command.count == 1, last == nil else { throw GoTemplateError("only a function takes arguments") }
    return try value(first, dot)
  }

  private func value(_ operand: GoTemplateOperand, _ dot: JSON) throws(GoTemplateError) -> JSON {
    var result: JSON
    switch operand.base {
    case .dot: result = dot
    case .literal(let value): result = value
    case .pipeline(let pipeline): result = try value(pipeline, dot)
    case .function(let name): result = try GoTemplateFunctions.call(name, [])
    case .variable(let name):
      guard let variable = variables.last(where: { $0.name == name }) else { throw undefined(name) }
      result = variable.value
    }
    for field in operand.fields { result = try Self.field(field, of: result) }
    return result
  }

  private static func field(_ name: String, of value: JSON) throws(GoTemplateError) -> JSON {
    guard case .object(let members) = value else {
      throw GoTemplateError(".\(name): there are no fields in \(value.text().prefix(60))")
    }
    guard let found = value[name] else {
      let names = members.map(\.key).joined(separator: ", ")
      throw GoTemplateError(".\(name): there is no such field; there are: \(names)")
    }
    return found
  }

  private func undefined(_ name: String) -> GoTemplateError { GoTemplateError("the variable $\(name) is not defined") }
}
