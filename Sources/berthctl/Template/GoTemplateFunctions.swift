import JSON
import RuntimeAPI

/// The functions of a template: Go's common ones and crictl's `json`, `title`, `lower` and `upper`.
enum GoTemplateFunctions {
  static let names: Set = [
    "and", "eq", "ge", "gt", "index", "json", "le", "len", "lower", "lt", "ne", "not", "or", "print", "printf",
    "println",
    "title", "upper",
  ]

  static func call(_ name: String, _ arguments: [JSON]) throws(GoTemplateError) -> JSON {
    switch name {
    case "and": return arguments.first { !$0.isTrue } ?? arguments.last ?? .null
    case "or": return arguments.first { $0.isTrue } ?? arguments.last ?? .null
    case "print", "println": return .string(joined(arguments, name))
    default: break
    }
    guard let first = arguments.first else { throw GoTemplateError("\(name): an argument is missing") }
    let others = Array(arguments.dropFirst())
    switch name {
    case "index": return try others.reduce(first, catching: element)
    case "printf": return .string(try formatted(first, others))
    case "eq": return .bool(try others.containsMatch { (other) throws(GoTemplateError) in try equal(first, other) })
    case "ne", "lt", "le", "gt", "ge": return .bool(try compare(name, first, others))
    default:
      guard others.isEmpty else { throw GoTemplateError("\(name) takes one argument") }
      return try unary(name, first)
    }
  }

  private static func unary(_ name: String, _ value: JSON) throws(GoTemplateError) -> JSON {
    switch (name, value) {
    case ("not", _): return .bool(!value.isTrue)
    case ("json", _): return .string(value.text())
    case ("len", .string(let text)): return .integer(text.utf8.count)
    case ("len", .array(let elements)): return .integer(elements.count)
    case ("len", .object(let members)): return .integer(members.count)
    case ("lower", .string(let text)): return .string(text.lowercased())
    case ("upper", .string(let text)): return .string(text.uppercased())
    case ("title", .string(let text)):
      let words = text.split(separator: " ", omittingEmptySubsequences: false)
      return .string(words.map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined(separator: " "))
    default: throw GoTemplateError("\(name) can't be taken of \(value.text().prefix(60))")
    }
  }

  private static func element(_ value: JSON, _ key: JSON) throws(GoTemplateError) -> JSON {
    switch (value, key) {
    case (.object, .string(let key)): return value[key] ?? .null
    case (.array(let elements), .number(let token)):
      guard let index = Int(token), elements.indices.contains(index) else {
        throw GoTemplateError("index \(token) is out of range; there are \(elements.count) elements")
      }
      return elements[index]
    default: throw GoTemplateError("index \(key.text()) can't be taken of \(value.text().prefix(60))")
    }
  }

  private static func equal(_ left: JSON, _ right: JSON) throws(GoTemplateError) -> Bool {
    switch (left, right) {
    case (.number(let left), .number(let right)): Double(left) == Double(right)
    case (.string, .string), (.bool, .bool), (.null, _), (_, .null): left == right
    default: throw GoTemplateError("\(left.text().prefix(60)) and \(right.text().prefix(60)) can't be compared")
    }
  }

  private static func compare(
    _ name: String, _ left: JSON, _ others: [JSON]
  ) throws(GoTemplateError) -> Bool {
    guard let right = others.first, others.count == 1 else { throw GoTemplateError("\(name) takes two arguments") }
    if name == "ne" { return try !equal(left, right) }
    let isLess: Bool
    switch (left, right) {
    case (.number(let left), .number(let right)): isLess = (Double(left) ?? 0) < (Double(right) ?? 0)
    case (.string(let left), .string(let right)): isLess = left < right
    default: throw GoTemplateError("\(left.text().prefix(60)) and \(right.text().prefix(60)) can't be compared")
    }
    let isEqual = try equal(left, right)
    return switch name {
    case "lt": isLess
    case "le": isLess || isEqual
    case "gt": !isLess && !isEqual
    default: !isLess
    }
  }

  private static func joined(_ arguments: [JSON], _ name: String) -> String {
    if name == "println" { return arguments.map(\.templateText).joined(separator: " ") + "\n" }
    var result = ""
    for (position, argument) in arguments.enumerated() {
      // As Go: a space where neither neighbour is a string.
      if position > 0, !argument.isString, !arguments[position - 1].isString { result += " " }
      result += argument.templateText
    }
    return result
  }

  private static func formatted(_ format: JSON, _ arguments: [JSON]) throws(GoTemplateError) -> String {
    guard case .string(let format) = format else { throw GoTemplateError("printf: the format must be a string") }
    var rest = Substring(format)
    var arguments = arguments[...]
    var result = ""
    while let percent = rest.firstIndex(of: "%") {
      result += rest[..<percent]
      rest = rest[rest.index(after: percent)...]
      let flags = rest.prefix { $0 == "-" || $0.isNumber }
      rest = rest.dropFirst(flags.count)
      guard let verb = rest.popFirst() else { throw GoTemplateError("printf: the format ends after %") }
      if verb == "%" {
        result += "%"
        continue
      }
      guard let argument = arguments.popFirst() else { throw GoTemplateError("printf: an argument is missing") }
      let text: String
      switch verb {
      case "s", "v", "d", "t": text = argument.templateText
      case "q": text = JSON.string(argument.templateText).text()
      default: throw GoTemplateError("printf: %\(flags)\(verb) is not supported; there are %s %v %d %t %q %%")
      }
      let width = min(Int(flags.drop { $0 == "-" }) ?? 0, 1000)
      let padding = String(repeating: " ", count: max(0, width - text.count))
      result += flags.hasPrefix("-") ? text + padding : padding + text
    }
    guard arguments.isEmpty else { throw GoTemplateError("printf: there are more arguments than the format takes") }
    return result + rest
  }
}

extension JSON {
  /// What Go takes for true: anything but false, zero, nothing and what is empty.
  var isTrue: Bool {
    switch self {
    case .null: false
    case .bool(let flag): flag
    case .number(let token): Double(token) != 0
    case .string(let text): !text.isEmpty
    case .array(let elements): !elements.isEmpty
    case .object(let members): !members.isEmpty
    }
  }

  /// The value as Go prints it.
  var templateText: String {
    switch self {
    case .null: "<no value>"
    case .bool, .number: text()
    case .string(let text): text
    case .array(let elements): "[\(elements.map(\.templateText).joined(separator: " "))]"
    case .object(let members):
      "map[\(members.sorted { $0.key < $1.key }.map { "\($0.key):\($0.value.templateText)" }.joined(separator: " "))]"
    }
  }

  fileprivate var isString: Bool {
    if case .string = self { return true }
    return false
  }
}

extension Array where Element == JSON {
  fileprivate func reduce(
    _ first: JSON, catching next: (JSON, JSON) throws(GoTemplateError) -> JSON
  ) throws(GoTemplateError) -> JSON {
    var result = first
    for element in self { result = try next(result, element) }
    return result
  }

  fileprivate func containsMatch(
    _ matches: (JSON) throws(GoTemplateError) -> Bool
  ) throws(GoTemplateError) -> Bool {
    for element in self where try matches(element) { return true }
    return false
  }
}
