/// A regular expression of the plainest kind: characters, `.`, sets in brackets, `*`, `+` and `?` behind one of these, `^` at the
/// beginning, `$` at the end, and `\` before punctuation. What it says of them it says as RE2.
struct SimplePattern: Sendable, Hashable {
  /// What one character is compared with.
  enum Atom: Sendable, Hashable {
    case scalar(Unicode.Scalar)
    /// All but the end of a line.
    case any
    case set([ClosedRange<Unicode.Scalar>], isNegated: Bool)

    func matches(_ scalar: Unicode.Scalar) -> Bool {
      switch self {
      case .scalar(let own): own == scalar
      case .any: scalar != "\n"
      case .set(let ranges, let isNegated): ranges.contains { $0.contains(scalar) } != isNegated
      }
    }
  }

  private struct Element: Sendable, Hashable {
    let atom: Atom
    var isOptional = false
    var repeats = false
  }

  private var elements: [Element] = []
  private let isAtBeginning: Bool
  private var isAtEnd = false

  /// Whether it is somewhere in a text, or where `^` and `$` say.
  func isFound(in text: String) -> Bool {
    // The elements that the next character may be compared with.
    var places = reached(from: [0])
    for scalar in text.unicodeScalars {
      if !isAtEnd, places.contains(elements.count) { return true }
      var next: Set<Int> = isAtBeginning ? [] : [0]
      for place in places where place < elements.count && elements[place].atom.matches(scalar) {
        next.insert(place + 1)
        if elements[place].repeats { next.insert(place) }
      }
      places = reached(from: next)
    }
    return places.contains(elements.count)
  }

  /// These, and those behind what need not be there.
  private func reached(from places: Set<Int>) -> Set<Int> {
    var all = places
    for place in places {
      var next = place
      while next < elements.count, elements[next].isOptional {
        next += 1
        all.insert(next)
      }
    }
    return all
  }
}

extension SimplePattern {
  /// Nil of a text that says more than this kind can, or that is no pattern.
  init?(_ text: String) {
    var rest = text.unicodeScalars[...]
    isAtBeginning = rest.first == "^"
    if isAtBeginning { rest.removeFirst() }
    while let scalar = rest.popFirst() {
      if scalar == "$", rest.isEmpty {
        isAtEnd = true
        return
      }
      guard let atom = Self.atom(scalar, &rest) else { return nil }
      var element = Element(atom: atom)
      if let sign = rest.first, "*+?".unicodeScalars.contains(sign) {
        rest.removeFirst()
        (element.isOptional, element.repeats) = (sign != "+", sign != "?")
      }
      elements.append(element)
    }
  }

  private static func atom(_ scalar: Unicode.Scalar, _ rest: inout Substring.UnicodeScalarView) -> Atom? {
    switch scalar {
    case ".": .any
    case "[": set(&rest)
    case "\\": escaped(&rest).map { .scalar($0) }
    // `]` and `}` stand for themselves; a sign here has nothing before it, or another sign.
    case "*", "+", "?", "^", "$", "(", ")", "|", "{": nil
    default: .scalar(scalar)
    }
  }

  /// Only punctuation: letters and digits behind a backslash are classes, groups and more.
  private static func escaped(_ rest: inout Substring.UnicodeScalarView) -> Unicode.Scalar? {
    guard let scalar = rest.popFirst(), (0x21...0x7e).contains(scalar.value), !scalar.properties.isAlphabetic,
      !("0"..."9").contains(scalar)
    else { return nil }
    return scalar
  }

  private static func set(_ rest: inout Substring.UnicodeScalarView) -> Atom? {
    let isNegated = rest.first == "^"
    if isNegated { rest.removeFirst() }
    var ranges: [ClosedRange<Unicode.Scalar>] = []
    while let scalar = rest.popFirst() {
      // As the first one it stands for itself.
      if scalar == "]", !ranges.isEmpty { return .set(ranges, isNegated: isNegated) }
      guard let range = range(from: scalar, isFirst: ranges.isEmpty, &rest) else { return nil }
      ranges.append(range)
    }
    return nil
  }

  private static func range(
    from scalar: Unicode.Scalar, isFirst: Bool, _ rest: inout Substring.UnicodeScalarView
  ) -> ClosedRange<Unicode.Scalar>? {
    // Not everybody takes a hyphen for itself but at either end.
    guard scalar != "-" || isFirst || rest.first == "]", let first = member(scalar, &rest) else { return nil }
    guard rest.first == "-", let second = rest.dropFirst().first, second != "]" else { return first...first }
    rest.removeFirst(2)
    guard let last = member(second, &rest), first <= last else { return nil }
    return first...last
  }

  private static func member(
    _ scalar: Unicode.Scalar, _ rest: inout Substring.UnicodeScalarView
  ) -> Unicode.Scalar? {
    switch scalar {
    case "\\": escaped(&rest)
    // It may begin a class by name.
    case "[": nil
    default: scalar
    }
  }
}
