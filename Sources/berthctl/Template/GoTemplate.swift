import JSON

/// Go's text/template with the functions of crictl, for `-o go-template`.
///
/// The language as Go has it, with `missingkey=error`: a number of the document is text to Go (`json.Number`), so it is
/// compared with texts. What is not there (`%#v`, complex numbers and the like) is an error that says so.
struct GoTemplate {
  private let source: [Unicode.Scalar]
  private let nodes: [GoTemplateNode]
  private let templates: [String: [GoTemplateNode]]

  /// Parses a template.
  init(_ text: String) throws(GoTemplateError) {
    source = Array(text.unicodeScalars)
    do {
      var parser = GoTemplateParser(try GoTemplateLexer.pieces(source))
      nodes = try parser.whole()
      templates = parser.templates
    } catch {
      throw error.placed(in: source)
    }
  }

  /// Applies the template to a document.
  func render(_ document: JSON) throws(GoTemplateError) -> String {
    var evaluation = GoTemplateEvaluation(.json(document), templates: templates)
    do {
      _ = try evaluation.render(nodes, dot: .json(document))
    } catch {
      throw error.placed(in: source)
    }
    return evaluation.output
  }
}

/// What is wrong with a template, or with what it is applied to.
struct GoTemplateError: Error, Hashable, CustomStringConvertible {
  private(set) var description: String
  private var offset: Int?

  init(_ description: String, at offset: Int? = nil) {
    self.description = description
    self.offset = offset
  }

  /// The error with a place in the template, unless it has one.
  func at(_ offset: Int) -> Self { self.offset == nil ? Self(description, at: offset) : self }

  /// The error with its place in words: line and column, from 1.
  func placed(in source: [Unicode.Scalar]) -> Self {
    guard let offset else { return self }
    let before = source.prefix(offset)
    let line = before.count { $0 == "\n" } + 1
    let column = offset - (before.lastIndex(of: "\n").map { $0 + 1 } ?? 0) + 1
    return Self("\(line):\(column): \(description)")
  }
}
