import JSON

/// Go's `printf`.
struct GoFormat {
  /// What stands between `%` and the verb.
  struct Directive {
    var plus = false
    var minus = false
    var sharp = false
    var space = false
    var zero = false
    var width: Int?
    var precision: Int?
  }

  /// No field may be wider, as in Go.
  private static let maximumWidth = 1_000_000

  /// Writes the arguments as the format says; what does not fit together is told in the text, as Go tells it.
  static func formatted(_ format: String, _ arguments: ArraySlice<GoValue>) throws(GoTemplateError) -> String {
    var formatting = GoFormat(format, Array(arguments))
    return try formatting.run()
  }

  /// As `print`: a space where neither neighbour is text.
  static func joined(_ arguments: [GoValue]) -> String {
    var result = ""
    for (position, argument) in arguments.enumerated() {
      if position > 0, !argument.isText, !arguments[position - 1].isText { result += " " }
      result += argument.text
    }
    return result
  }

  /// The arguments as one text for another language, nothing as a pipeline writes it.
  static func outside(_ arguments: [GoValue]) -> String {
    joined(arguments.map { $0.isNothing ? .json(.string(GoValue.nothing)) : $0 })
  }

  private let format: [Unicode.Scalar]
  private let arguments: [GoValue]
  private var index = 0
  private var output = ""
  private var next = 0
  private var isReordered = false
  private var hasGoodIndex = true

  private init(_ format: String, _ arguments: [GoValue]) {
    self.format = Array(format.unicodeScalars)
    self.arguments = arguments
  }

  private mutating func run() throws(GoTemplateError) -> String {
    while index < format.count {
      guard format[index] == "%" else {
        output.unicodeScalars.append(format[index])
        index += 1
        continue
      }
      index += 1
      try directive()
    }
    if !isReordered, next < arguments.count {
      let rest = arguments[next...].map { $0.isNothing ? $0.text : "\($0.type)=\($0.text)" }
      output += "%!(EXTRA \(rest.joined(separator: ", ")))"
    }
    return output
  }

  private mutating func directive() throws(GoTemplateError) {
    hasGoodIndex = true
    var directive = flags()
    var isIndexed = argumentIndex()
    if take("*") {
      directive.width = star("WIDTH")
      if let width = directive.width, width < 0 { (directive.width, directive.minus) = (-width, true) }
      isIndexed = false
    } else if let width = number() {
      directive.width = width
      if isIndexed { hasGoodIndex = false }
    }
    if take(".") {
      if isIndexed { hasGoodIndex = false }
      isIndexed = argumentIndex()
      if take("*") {
        directive.precision = star("PREC").flatMap { $0 < 0 ? nil : $0 }
        isIndexed = false
      } else {
        directive.precision = number() ?? 0
      }
    }
    if !isIndexed { _ = argumentIndex() }
    guard index < format.count else { return output += "%!(NOVERB)" }
    let verb = format[index]
    index += 1
    try write(verb, directive)
  }

  private mutating func write(_ verb: Unicode.Scalar, _ directive: Directive) throws(GoTemplateError) {
    if verb == "%" {
      output += "%"
    } else if !hasGoodIndex {
      output += "%!\(verb)(BADINDEX)"
    } else if next >= arguments.count {
      output += "%!\(verb)(MISSING)"
    } else {
      output += try directive.text(arguments[next], verb)
      next += 1
    }
  }

  private mutating func flags() -> Directive {
    var directive = Directive()
    while true {
      if take("#") {
        directive.sharp = true
      } else if take("0") {
        directive.zero = true
      } else if take("+") {
        directive.plus = true
      } else if take("-") {
        directive.minus = true
      } else if take(" ") {
        directive.space = true
      } else {
        return directive
      }
    }
  }

  private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
    guard index < format.count, format[index] == scalar else { return false }
    index += 1
    return true
  }

  private mutating func number() -> Int? {
    let digits = format[index...].prefix { ("0"..."9").contains($0) }
    guard !digits.isEmpty else { return nil }
    index += digits.count
    guard let number = Int(String(digits)), number <= Self.maximumWidth else {
      index = format.count  // as in Go, so large a number ends the format
      return nil
    }
    return number
  }

  /// The argument that `*` stands for.
  private mutating func star(_ name: String) -> Int? {
    defer { next += 1 }
    guard next < arguments.count, case .int(let number) = arguments[next], number.magnitude <= Self.maximumWidth else {
      output += "%!(BAD\(name))"
      return nil
    }
    return number
  }

  /// Takes `[n]`, which says which argument is next; says whether it was there.
  private mutating func argumentIndex() -> Bool {
    guard take("[") else { return false }
    isReordered = true
    guard let end = format[index...].firstIndex(of: "]") else {
      hasGoodIndex = false
      return false
    }
    let number = Int(String(format[index..<end])) ?? 0
    index = end + 1
    guard (1...max(1, arguments.count)).contains(number), number <= arguments.count else {
      hasGoodIndex = false
      return false
    }
    next = number - 1
    return true
  }
}

extension GoValue {
  /// Whether Go keeps it as text.
  var isText: Bool {
    switch self {
    case .json(.string), .json(.number): true
    default: false
    }
  }
}
