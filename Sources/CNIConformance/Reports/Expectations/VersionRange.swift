/// Versions of a plugin: `*`, `unknown`, `1.1.1`, or bounds that hold together: `>=1.0,<1.4`.
public struct VersionRange: Sendable, Hashable {
  /// How it was written.
  public let text: String
  private let bounds: [Bound]

  private struct Bound: Hashable {
    let relation: Relation
    let version: [Int]
  }

  private enum Relation: String, CaseIterable {
    // The longer ones first: `<=` begins with `<`.
    case atMost = "<="
    case atLeast = ">="
    case below = "<"
    case above = ">"
    case equal = "="
  }

  /// Every version, and a plugin that tells none.
  public static let any = VersionRange(text: "*", bounds: [])

  private init(text: String, bounds: [Bound]) {
    self.text = text
    self.bounds = bounds
  }

  /// Reads a range; nil where the text is none.
  public init?(_ text: String) {
    self.text = text
    guard text != "*", text != "unknown" else {
      bounds = []
      return
    }
    var bounds: [Bound] = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let relation = Relation.allCases.first { part.hasPrefix($0.rawValue) }
      guard let version = Self.numbers(part.dropFirst(relation?.rawValue.count ?? 0)) else { return nil }
      bounds.append(Bound(relation: relation ?? .equal, version: version))
    }
    self.bounds = bounds
  }

  /// Whether it holds this version; nil is that of a plugin that tells none.
  public func contains(_ version: String?) -> Bool {
    if text == "*" { return true }
    guard let version, let numbers = Self.numbers(version[...]) else { return text == "unknown" }
    guard text != "unknown" else { return false }
    return bounds.allSatisfy { bound in
      switch bound.relation {
      case .atMost: !Self.precedes(bound.version, numbers)
      case .atLeast: !Self.precedes(numbers, bound.version)
      case .below: Self.precedes(numbers, bound.version)
      case .above: Self.precedes(bound.version, numbers)
      case .equal: !Self.precedes(numbers, bound.version) && !Self.precedes(bound.version, numbers)
      }
    }
  }

  /// The numbers of a version, `1.1.1` or `v1.1.1-rc1+build`: what follows the numbers does not count.
  private static func numbers(_ text: Substring) -> [Int]? {
    let digits = (text.first == "v" ? text.dropFirst() : text).prefix { $0 != "-" && $0 != "+" && $0 != "~" }
    let parts = digits.split(separator: ".", omittingEmptySubsequences: false).map { Int($0) }
    guard !parts.isEmpty, parts.allSatisfy({ ($0 ?? -1) >= 0 }) else { return nil }
    return parts.compactMap(\.self)
  }

  /// Compares number by number; those that are missing are 0.
  private static func precedes(_ one: [Int], _ other: [Int]) -> Bool {
    for place in 0..<max(one.count, other.count) {
      let (a, b) = (place < one.count ? one[place] : 0, place < other.count ? other[place] : 0)
      if a != b { return a < b }
    }
    return false
  }
}
