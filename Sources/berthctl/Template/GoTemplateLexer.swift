import JSON
import RuntimeAPI

/// A token inside `{{ }}`.
enum GoTemplateToken: Hashable {
  case word(String)
  case variable(String)
  case field(String)
  case dot
  case literal(JSON)
  case symbol(String)
  /// White space; it separates `.a .b` from `.a.b`.
  case space
}

/// Cuts a template into text and actions.
struct GoTemplateLexer {
  enum Piece {
    case text(String)
    case action([GoTemplateToken])
  }

  static func pieces(_ template: String) throws(GoTemplateError) -> [Piece] {
    var pieces: [Piece] = []
    var rest = Substring(template)
    var trimsNext = false
    while let opening = rest.firstRange(of: "{{") {
      var text = String(rest[..<opening.lowerBound])
      rest = rest[opening.upperBound...]
      if trimsNext { text.trimLeading() }
      if rest.hasPrefix("-"), rest.dropFirst().first?.isWhitespace == true {
        rest = rest.dropFirst()
        text.trimTrailing()
      }
      if !text.isEmpty { pieces.append(.text(text)) }
      var lexer = GoTemplateLexer(rest: rest)
      if let tokens = try lexer.action() { pieces.append(.action(tokens)) }
      rest = lexer.rest
      trimsNext = lexer.trimsNext
    }
    var text = String(rest)
    if trimsNext { text.trimLeading() }
    if !text.isEmpty { pieces.append(.text(text)) }
    return pieces
  }

  private var rest: Substring
  private var trimsNext = false

  private init(rest: Substring) { self.rest = rest }

  /// The tokens up to `}}`; nil for a comment.
  private mutating func action() throws(GoTemplateError) -> [GoTemplateToken]? {
    let isComment = try skipComment()
    var tokens: [GoTemplateToken] = []
    while true {
      if rest.hasPrefix("-}}") && (tokens.isEmpty || tokens.last == .space) {
        trimsNext = true
        rest = rest.dropFirst(3)
        return isComment ? nil : tokens
      }
      if rest.hasPrefix("}}") {
        rest = rest.dropFirst(2)
        return isComment ? nil : tokens
      }
      tokens.append(try token())
    }
  }

  private mutating func skipComment() throws(GoTemplateError) -> Bool {
    let start = rest.drop { $0.isWhitespace }
    guard start.hasPrefix("/*") else { return false }
    guard let end = start.firstRange(of: "*/") else { throw GoTemplateError("a comment that does not end") }
    rest = start[end.upperBound...]
    guard rest.hasPrefix("}}") || rest.hasPrefix(" -}}") else {
      throw GoTemplateError("a comment must be alone between {{ and }}")
    }
    if rest.hasPrefix(" ") { rest = rest.dropFirst() }
    return true
  }

  private mutating func token() throws(GoTemplateError) -> GoTemplateToken {
    guard let first = rest.first else { throw GoTemplateError("{{ without }}") }
    switch first {
    case _ where first.isWhitespace:
      rest = rest.drop { $0.isWhitespace }
      return .space
    case "|", "(", ")", ",", "=":
      rest = rest.dropFirst()
      return .symbol(String(first))
    case ":" where rest.hasPrefix(":="):
      rest = rest.dropFirst(2)
      return .symbol(":=")
    case "\"": return .literal(.string(try quoted()))
    case "`": return .literal(.string(try raw()))
    case ".":
      rest = rest.dropFirst()
      let name = name()
      return name.isEmpty ? .dot : .field(name)
    case "$":
      rest = rest.dropFirst()
      return .variable(name())
    case _ where first.isNumber || first == "-" || first == "+": return .literal(try number())
    case _ where first.isLetter || first == "_": return .word(name())
    default: throw GoTemplateError("\"\(first)\" is not understood in an action")
    }
  }

  private mutating func name() -> String {
    let name = rest.prefix { $0.isLetter || $0.isNumber || $0 == "_" }
    rest = rest.dropFirst(name.count)
    return String(name)
  }

  private mutating func number() throws(GoTemplateError) -> JSON {
    let token = rest.prefix { $0.isASCII && ($0.isNumber || "+-.eE".contains($0)) }
    rest = rest.dropFirst(token.count)
    guard Double(token) != nil else { throw GoTemplateError("\(token) is not a number") }
    return .number(String(token.first == "+" ? token.dropFirst() : token))
  }

  private mutating func raw() throws(GoTemplateError) -> String {
    let content = rest.dropFirst()
    guard let end = content.firstIndex(of: "`") else { throw GoTemplateError("a string that does not end") }
    rest = content[content.index(after: end)...]
    return String(content[..<end])
  }

  private mutating func quoted() throws(GoTemplateError) -> String {
    var index = rest.index(after: rest.startIndex)
    while index < rest.endIndex, rest[index] != "\"" {
      if rest[index] == "\\" { index = rest.index(after: index) }
      if index < rest.endIndex { index = rest.index(after: index) }
    }
    guard index < rest.endIndex else { throw GoTemplateError("a string that does not end") }
    let literal = rest[...index]
    rest = rest[rest.index(after: index)...]
    do {
      guard case .string(let string) = try JSON(parsing: Array(literal.utf8)) else { return "" }
      return string
    } catch {
      throw GoTemplateError("\(literal): \(error.reason)")
    }
  }
}

extension String {
  fileprivate mutating func trimLeading() { self = String(drop { $0.isWhitespace }) }
  fileprivate mutating func trimTrailing() { while last?.isWhitespace == true { removeLast() } }
}
