import CNI
import JSON

/// What of all there is a run takes: levels, cases, versions, as people name them.
public enum Selection {
  /// The levels of a list with commas; all of them where it is empty.
  public static func levels(_ text: String) throws(UsageFault) -> Set<Level> {
    try named(text, "level", Level.allCases.map(\.rawValue), Level.init(rawValue:))
  }

  /// The cases of the levels in whose id the regular expression is found.
  public static func cases(levels: Set<Level>, filter: String?) throws(UsageFault) -> [Case] {
    let cases = Catalogue.cases.filter { levels.contains($0.level) }
    guard let filter else { return cases }
    let expression: Regex<AnyRegexOutput>
    do {
      expression = try Regex(filter)
    } catch {
      throw UsageFault("\"\(filter)\" is no regular expression: \(error)")
    }
    let found = cases.filter { $0.id.firstMatch(of: expression) != nil }
    guard found.isEmpty else { return found }
    let nearest = NearestName.of(filter, among: cases.map(\.id)).map { "; did you mean \($0)?" } ?? "; --list shows all"
    throw UsageFault("there is no case \"\(filter)\" in the levels that were asked for\(nearest)")
  }

  /// The versions of a list with commas, oldest first; nil for `all` and where there is no list.
  public static func versions(_ text: String) throws(UsageFault) -> [String]? {
    guard !text.isEmpty, text != "all" else { return nil }
    let chosen = try named(text, "version", SpecificationVersion.supported) { $0 }
    return SpecificationVersion.supported.filter(chosen.contains)
  }

  private static func named<Value: Hashable>(
    _ text: String, _ kind: String, _ known: [String], _ value: (String) -> Value?
  ) throws(UsageFault) -> Set<Value> {
    let words = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    var found: Set<Value> = []
    for word in text.isEmpty ? known : words {
      guard known.contains(word), let value = value(word) else {
        throw UsageFault("there is no \(kind) \"\(word)\": \(known.joined(separator: ", ")) are known")
      }
      found.insert(value)
    }
    return found
  }
}
