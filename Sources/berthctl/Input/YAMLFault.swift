import CYAML

/// What is wrong with a YAML text, or cannot be taken of it, and where.
struct YAMLFault: Error, Hashable, CustomStringConvertible {
  let place: YAMLPlace
  let reason: String
  /// Whether it is YAML all the same, only not what can be meant here.
  let isValid: Bool

  init(_ reason: String, at place: YAMLPlace, isValid: Bool = false) {
    self.place = place
    self.reason = reason
    self.isValid = isValid
  }

  /// The place and what is wrong there.
  var description: String { "\(isValid ? "" : "invalid YAML at ")\(place): \(reason)" }
}

extension YAMLFault {
  /// What libyaml complains of, in words for people who do not know its grammar.
  init(of parser: yaml_parser_t, reading bytes: [UInt8]) {
    let problem = parser.problem.map { String(cString: $0) } ?? ""
    let context = parser.context.map { String(cString: $0) } ?? ""
    let reason = Self.words[problem] ?? Self.reason(problem, context)
    switch parser.error {
    case YAML_MEMORY_ERROR: self = .noMemory
    case YAML_READER_ERROR: self.init(reason, at: YAMLPlace(offset: Int(parser.problem_offset), of: bytes))
    default:
      // A string that does not end, or a key that is none, is looked for where it begins.
      let isScalar = ["while scanning a quoted scalar", "while scanning a simple key"].contains(context)
      let place = YAMLPlace(isScalar ? parser.context_mark : parser.problem_mark)
      // For libyaml every text ends with a line's end.
      let end = YAMLPlace(offset: bytes.count, of: bytes)
      self.init(reason, at: place.line > end.line ? end : place)
    }
  }

  /// There is no memory to read or write with.
  static let noMemory = YAMLFault("there is no memory left", at: YAMLPlace(line: 1, column: 1), isValid: true)

  private static func reason(_ problem: String, _ context: String) -> String {
    if context.hasSuffix("directive") { return "a directive (% at a line's begin) that is not understood" }
    if context.hasSuffix("tag") { return "a tag (!…) that is not understood" }
    return "\(problem) \(context)"
  }

  private static let words = [
    "control characters are not allowed": "a control character; in double quotes it can be written as an escape",
    "did not find expected <document start>": "something follows the document's end",
    "did not find expected node content": "a value is expected",
    "did not find expected '-' indicator": "an element of the list (- …) is expected, indented as those before it",
    "did not find expected key": "a key is expected, indented as those before it",
    "did not find expected ',' or ']'": "a comma or ] is expected",
    "did not find expected ',' or '}'": "a comma or } is expected",
    "found undefined tag handle": "a tag whose handle is not declared",
    "found incompatible YAML document": "a version of YAML that is not 1.1 or 1.2",
    "could not find expected ':'": "a colon is expected after a key",
    "found unexpected ':'": "a colon cannot be here; a value that holds one needs quotes",
    "block sequence entries are not allowed in this context": "no element of a list (- …) can begin here",
    "mapping keys are not allowed in this context": "no key can begin here",
    "mapping values are not allowed in this context": "a colon cannot be here; a value that holds one needs quotes",
    "found character that cannot start any token":
      "nothing can begin with this character; a value that does needs quotes, and lines are indented by spaces",
    "found a tab character that violates indentation": "a tab in the indentation; only spaces indent",
    "found a tab character where an indentation space is expected": "a tab in the indentation; only spaces indent",
    "found unexpected end of stream": "a string in quotes that does not end",
    "found unexpected document indicator": "a string in quotes that does not end before the document does",
    "found unknown escape character": "an unknown escape in a string; in single quotes a backslash is one",
    "did not find expected hexdecimal number": "hexadecimal digits are expected in an escape",
    "found invalid Unicode character escape code": "an escape that is no character",
    "did not find expected alphabetic or numeric character": "the name of an anchor or alias is expected",
    "did not find expected comment or line break": "nothing more can be on this line",
    "found an indentation indicator equal to 0": "an indentation of 0 for a text in lines",
  ]
}
