import JSON
import RuntimeAPI

/// The common part of Go's text/template, for `-o go-template`.
///
/// Fields, variables, `if`, `range`, `with`, `else`, pipelines, parentheses, literals, comments, trim markers and the functions
/// in `GoTemplateFunctions`. A key that is missing is an error, as in crictl; so is every construct that is not known.
struct GoTemplate {
  private let nodes: [GoTemplateNode]

  /// Parses a template.
  init(_ text: String) throws(GoTemplateError) {
    var parser = try GoTemplateParser(GoTemplateLexer.pieces(text))
    nodes = try parser.template()
  }

  /// Applies the template to a document.
  func render(_ document: JSON) throws(GoTemplateError) -> String {
    var evaluation = GoTemplateEvaluation(document)
    try evaluation.render(nodes, dot: document)
    return evaluation.output
  }
}

/// What is wrong with a template, or with what it is applied to.
struct GoTemplateError: Error, Hashable, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}

/// A part of a template.
indirect enum GoTemplateNode {
  case text(String)
  case output(GoTemplatePipeline)
  case assign(variable: String, declares: Bool, GoTemplatePipeline)
  case branch(GoTemplateBranch)
  case range(GoTemplateRange)
}

/// `if` and `with`.
struct GoTemplateBranch {
  var condition: GoTemplatePipeline
  /// The variable that holds the condition, with `:=`.
  var variable: String?
  /// Whether dot becomes the condition's value, as in `with`.
  var setsDot: Bool
  var body: [GoTemplateNode]
  var otherwise: [GoTemplateNode]
}

/// `range`.
struct GoTemplateRange {
  var source: GoTemplatePipeline
  var keyVariable: String?
  var valueVariable: String?
  var body: [GoTemplateNode]
  var otherwise: [GoTemplateNode]
}

/// Commands, each of which gets the one before it as its last argument.
struct GoTemplatePipeline {
  var commands: [[GoTemplateOperand]]
}

/// A value, and the fields taken of it.
struct GoTemplateOperand {
  indirect enum Base {
    case dot
    case variable(String)
    case literal(JSON)
    case function(String)
    case pipeline(GoTemplatePipeline)
  }

  var base: Base
  var fields: [String] = []
}
