import JSON

extension GoValue {
  /// Whether it equals one of the others, as `eq` finds it: what is of another type can't be compared.
  func equals(oneOf others: some Collection<GoValue>) throws(GoTemplateError) -> Bool {
    guard !others.isEmpty else { throw GoTemplateError("there is nothing to compare \(excerpt) with") }
    for other in others where try equals(other) { return true }
    return false
  }

  private func equals(_ other: GoValue) throws(GoTemplateError) -> Bool {
    if let (left, right) = texts(with: other) { return left.hasSameBytes(as: right) }
    switch (self, other) {
    case (.int(let left), .int(let right)): return left == right
    case (.float(let left), .float(let right)): return left == right
    case (.json(.bool(let left)), .json(.bool(let right))): return left == right
    case (.json(.null), _), (_, .json(.null)): return isNothing && other.isNothing
    default: throw incomparable(other)
    }
  }

  /// Whether it comes before the other: numbers by size, texts by their bytes.
  func isLess(than other: GoValue) throws(GoTemplateError) -> Bool {
    if let (left, right) = texts(with: other) { return left.utf8.lexicographicallyPrecedes(right.utf8) }
    switch (self, other) {
    case (.int(let left), .int(let right)): return left < right
    case (.float(let left), .float(let right)): return left < right
    default: throw incomparable(other)
    }
  }

  /// Both as texts, which numbers of the document are to Go too.
  private func texts(with other: GoValue) -> (String, String)? {
    guard let left = comparedText, let right = other.comparedText else { return nil }
    return (left, right)
  }

  private var comparedText: String? {
    switch self {
    case .json(.string(let text)), .json(.number(let text)): text
    default: nil
    }
  }

  private func incomparable(_ other: GoValue) -> GoTemplateError {
    let hint =
      [self, other].contains { $0.type == "json.Number" } ? "; a number of the document is compared as text" : ""
    return GoTemplateError("\(excerpt) and \(other.excerpt) can't be compared\(hint)")
  }
}
