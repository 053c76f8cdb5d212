import JSON

/// The functions of a template: Go's own and crictl's `json`, `title`, `lower` and `upper`.
enum GoTemplateFunctions {
  /// How many arguments each takes.
  static let arities: [String: ClosedRange<Int>] = [
    "and": 1...Int.max, "call": 1...Int.max, "eq": 1...Int.max, "ge": 2...2, "gt": 2...2, "html": 0...Int.max,
    "index": 1...Int.max, "js": 0...Int.max, "json": 1...1, "le": 2...2, "len": 1...1, "lower": 1...1, "lt": 2...2,
    "ne": 2...2, "not": 1...1, "or": 1...Int.max, "print": 0...Int.max, "printf": 1...Int.max, "println": 0...Int.max,
    "slice": 1...Int.max, "title": 1...1, "upper": 1...1, "urlquery": 0...Int.max,
  ]

  /// Checks how many arguments there are.
  static func check(_ name: String, count: Int) throws(GoTemplateError) {
    guard let arity = arities[name], !arity.contains(count) else { return }
    let wanted = arity.upperBound == Int.max ? "at least \(arity.lowerBound)" : "\(arity.lowerBound)"
    throw GoTemplateError("\(name) takes \(wanted) arguments, not \(count)")
  }

  /// The function's value, for as many arguments as it takes.
  static func call(_ name: String, _ arguments: [GoValue]) throws(GoTemplateError) -> GoValue {
    let others = arguments.dropFirst()
    switch name {
    case "and", "or": return arguments[arguments.count - 1]  // what came before did not decide
    case "not": return .bool(!arguments[0].isTrue)
    case "len": return .int(try length(arguments[0]))
    case "index":
      var value = arguments[0]
      for key in others { value = try element(value, key) }
      return value
    case "slice": return try slice(arguments[0], Array(others))
    case "eq": return .bool(try arguments[0].equals(oneOf: others))
    case "ne": return .bool(try !arguments[0].equals(oneOf: others))
    case "lt": return .bool(try arguments[0].isLess(than: arguments[1]))
    case "ge": return .bool(try !arguments[0].isLess(than: arguments[1]))
    case "le": return .bool(try !arguments[1].isLess(than: arguments[0]))
    case "gt": return .bool(try arguments[1].isLess(than: arguments[0]))
    case "call": throw GoTemplateError("call: \(arguments[0].excerpt) is no function")
    default: return .json(.string(try text(name, arguments)))
    }
  }

  private static func text(_ name: String, _ arguments: [GoValue]) throws(GoTemplateError) -> String {
    switch name {
    case "print": return GoFormat.joined(arguments)
    case "println": return arguments.map(\.text).joined(separator: " ") + "\n"
    case "html": return GoEscaping.html(GoFormat.outside(arguments))
    case "js": return GoEscaping.javaScript(GoFormat.outside(arguments))
    case "urlquery": return GoEscaping.query(GoFormat.outside(arguments))
    case "json": return GoJSON.text(arguments[0]) + "\n"
    default: break
    }
    guard let text = arguments[0].string else {
      throw GoTemplateError("\(name) takes a string, not \(arguments[0].excerpt)")
    }
    return switch name {
    case "lower": GoCase.lower(text)
    case "upper": GoCase.upper(text)
    case "title": GoCase.title(text)
    default: try GoFormat.formatted(text, arguments.dropFirst())
    }
  }

  private static func length(_ value: GoValue) throws(GoTemplateError) -> Int {
    switch value {
    case .json(.string(let text)), .json(.number(let text)): return text.utf8.count
    case .json(.array(let elements)): return elements.count
    case .json(.object(let members)): return members.count
    default: throw GoTemplateError("len can't be taken of \(value.excerpt)")
    }
  }

  private static func element(_ value: GoValue, _ key: GoValue) throws(GoTemplateError) -> GoValue {
    switch (value, key) {
    case (.json(.object(let members)), .json(.string(let key))): return .json(members[key] ?? .null)
    case (.json(.array(let elements)), .int(let index)):
      try check(index, below: elements.count)
      return .json(elements[index])
    case (.json(.string(let text)), .int(let index)), (.json(.number(let text)), .int(let index)):
      try check(index, below: text.utf8.count)
      return .int(Int(Array(text.utf8)[index]))
    default: throw GoTemplateError("index \(key.excerpt) can't be taken of \(value.excerpt)")
    }
  }

  private static func check(_ index: Int, below count: Int) throws(GoTemplateError) {
    guard (0..<count).contains(index) else {
      throw GoTemplateError("index \(index) is out of range; there are \(count)")
    }
  }

  private static func slice(_ value: GoValue, _ bounds: [GoValue]) throws(GoTemplateError) -> GoValue {
    let count: Int
    switch value {
    case .json(.array(let elements)) where bounds.count <= 3: count = elements.count
    case .json(.string(let text)) where bounds.count <= 2, .json(.number(let text)) where bounds.count <= 2:
      count = text.utf8.count
    default: throw GoTemplateError("slice can't be taken of \(value.excerpt) with \(bounds.count) bounds")
    }
    var ends: [Int] = []
    for bound in bounds {
      guard case .int(let end) = bound, end >= (ends.last ?? 0), end <= count else {
        throw GoTemplateError(
          "slice: the bound \(bound.excerpt) is out of range or no whole number; there are \(count)")
      }
      ends.append(end)
    }
    let range = (ends.first ?? 0)..<(ends.count > 1 ? ends[1] : count)
    switch value {
    case .json(.array(let elements)): return .json(.array(Array(elements[range])))
    case .json(.number(let text)), .json(.string(let text)):
      let bytes = String(decoding: Array(text.utf8)[range], as: UTF8.self)
      return .json(value.string == nil ? .number(bytes) : .string(bytes))
    default: return value
    }
  }
}

extension GoValue {
  fileprivate static func bool(_ flag: Bool) -> Self { .json(.bool(flag)) }
}
