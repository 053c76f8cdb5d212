/// A part of a template.
indirect enum GoTemplateNode {
  case text(String)
  /// A pipeline whose value is written, unless it goes to a variable.
  case pipeline(GoTemplatePipeline)
  case block(GoTemplateBlock)
  /// `template`: without a pipeline its dot is nothing.
  case template(name: String, GoTemplatePipeline?, offset: Int)
  case leave(GoTemplateLeave)
}

/// How a round of `range` ends early.
enum GoTemplateLeave: String {
  case breaks = "break"
  case continues = "continue"
}

/// `if`, `with` and `range`.
struct GoTemplateBlock {
  enum Kind: String {
    case condition = "if"
    case with
    case range
  }

  var kind: Kind
  var pipeline: GoTemplatePipeline
  var body: [GoTemplateNode]
  var otherwise: [GoTemplateNode]
}

/// Commands, each of which gets the one before it as its last argument.
struct GoTemplatePipeline {
  /// The variables the value goes to.
  var variables: [String] = []
  /// Whether they are new, as with `:=`.
  var declares = true
  var commands: [[GoTemplateOperand]] = []
  var offset = 0
}

/// A value, and the fields taken of it.
struct GoTemplateOperand {
  indirect enum Base {
    case dot
    case nothing
    case variable(String)
    case literal(GoValue)
    case function(String)
    case pipeline(GoTemplatePipeline)
  }

  var base: Base
  var fields: [String] = []
  var offset: Int
}
