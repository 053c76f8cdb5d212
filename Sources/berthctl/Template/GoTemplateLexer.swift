import JSON

/// A token inside `{{ }}`, and where it begins.
struct GoTemplateToken {
  enum Kind: Equatable {
    case word(String)
    case variable(String)
    case field(String)
    case dot
    case string(String)
    case number(GoValue)
    case symbol(String)
    /// White space; it separates `.a .b` from `.a.b`.
    case space
  }

  let kind: Kind
  let offset: Int
}

/// Cuts a template into text and actions.
struct GoTemplateLexer {
  enum Piece {
    case text(String)
    case action([GoTemplateToken], offset: Int)
  }

  static func pieces(_ source: [Unicode.Scalar]) throws(GoTemplateError) -> [Piece] {
    var lexer = GoTemplateLexer(source)
    var pieces: [Piece] = []
    while lexer.index < source.count {
      if let text = lexer.text() { pieces.append(.text(text)) }
      guard lexer.index < source.count else { break }
      let offset = lexer.index
      if let tokens = try lexer.action() { pieces.append(.action(tokens, offset: offset)) }
    }
    return pieces
  }

  let source: [Unicode.Scalar]
  var index = 0
  private var trimsNext = false

  init(_ source: [Unicode.Scalar]) { self.source = source }

  /// The scalar so far from here; nil past the end.
  func peek(_ distance: Int = 0) -> Unicode.Scalar? {
    source.indices.contains(index + distance) ? source[index + distance] : nil
  }

  func isAt(_ text: String, _ distance: Int = 0) -> Bool {
    source.dropFirst(index + distance).starts(with: text.unicodeScalars)
  }

  /// The text up to the next action; nil if there is none.
  private mutating func text() -> String? {
    let start = index
    while index < source.count, !isAt("{{") { index += 1 }
    var text = source[start..<index]
    if trimsNext { text = text.drop(while: \.isGoSpace) }
    if isAt("{{"), isAt("-", 2), peek(3)?.isGoSpace == true {
      while text.last?.isGoSpace == true { text.removeLast() }
    }
    trimsNext = false
    return text.isEmpty ? nil : String(text)
  }

  /// The tokens of an action; nil for a comment.
  private mutating func action() throws(GoTemplateError) -> [GoTemplateToken]? {
    let start = index
    index += 2
    if isAt("-"), peek(1)?.isGoSpace == true { index += 2 }
    if isAt("/*") {
      try skipComment()
      return nil
    }
    var tokens: [GoTemplateToken] = []
    while !closes() {
      guard index < source.count else { throw GoTemplateError("{{ without }}", at: start) }
      let offset = index
      tokens.append(GoTemplateToken(kind: try token(), offset: offset))
    }
    return tokens
  }

  /// Takes the end of an action, if it is here.
  private mutating func closes() -> Bool {
    if peek()?.isGoSpace == true, isAt("-}}", 1) {
      trimsNext = true
      index += 4
      return true
    }
    guard isAt("}}") else { return false }
    index += 2
    return true
  }

  private mutating func skipComment() throws(GoTemplateError) {
    let start = index
    index += 2
    while index < source.count, !isAt("*/") { index += 1 }
    guard index < source.count else { throw GoTemplateError("a comment that does not end", at: start) }
    index += 2
    guard closes() else { throw GoTemplateError("a comment must be alone between {{ and }}", at: start) }
  }

  private mutating func token() throws(GoTemplateError) -> GoTemplateToken.Kind {
    let first = source[index]
    switch first {
    case _ where first.isGoSpace:
      // The last one may belong to a trim marker.
      while let next = peek(), next.isGoSpace, !isAt("-}}", 1) { index += 1 }
      return .space
    case "\"": return .string(try quotedString())
    case "`": return .string(try rawString())
    case "'": return .number(.int(try character()))
    case ":" where isAt(":="):
      index += 2
      return .symbol(":=")
    case "|", "(", ")", ",", "=":
      index += 1
      return .symbol(String(first))
    case "$":
      index += 1
      return .variable(try name())
    case "." where peek(1).map { ("0"..."9").contains($0) } != true:
      index += 1
      let name = try name()
      return name.isEmpty ? .dot : .field(name)
    case ".", "+", "-", "0"..."9": return .number(try number())
    case _ where first.isGoNamePart: return .word(try name())
    default: throw GoTemplateError("\"\(String(first))\" is not expected in an action", at: index)
    }
  }

  /// A name, which may be empty, and must end where a value may end.
  private mutating func name() throws(GoTemplateError) -> String {
    let start = index
    while peek()?.isGoNamePart == true { index += 1 }
    if let next = peek(), !next.isGoSpace, !".,|:()=".unicodeScalars.contains(next), !isAt("}}") {
      throw GoTemplateError("\"\(String(next))\" is not expected in a name", at: index)
    }
    return String(source[start..<index])
  }
}

extension String {
  init(_ scalars: some Sequence<Unicode.Scalar>) {
    self.init(String.UnicodeScalarView(scalars))
  }
}

extension Unicode.Scalar {
  /// What separates tokens, and is trimmed.
  var isGoSpace: Bool { self == " " || self == "\t" || self == "\n" || self == "\r" }

  /// Whether it may stand in a name: a letter, a digit or an underscore.
  var isGoNamePart: Bool { self == "_" || isGoLetter || properties.generalCategory == .decimalNumber }

  /// Whether it is a letter.
  var isGoLetter: Bool {
    switch properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: true
    default: false
    }
  }
}
