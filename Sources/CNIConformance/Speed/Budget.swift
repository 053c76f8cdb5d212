public import CNI

/// What verbs may cost at most: `add=20ms,del=30ms,add.p99=80ms`.
///
/// Without a percentile nine of ten calls must be within the time: what the slowest one took says more of the machine.
public struct Budget: Sendable, Hashable {
  /// The most that a share of a verb's calls may take.
  public struct Limit: Sendable, Hashable {
    /// Whose.
    public let verb: Verb
    /// How many of a hundred calls must be within it.
    public let percentile: Int
    /// The time.
    public let milliseconds: Double

    /// A limit.
    public init(_ verb: Verb, percentile: Int = Budget.percentile, milliseconds: Double) {
      self.verb = verb
      self.percentile = percentile
      self.milliseconds = milliseconds
    }
  }

  /// The percentile that is meant where none is said.
  public static let percentile = 90

  /// In the order in which they were given.
  public let limits: [Limit]

  /// A budget of limits.
  public init(_ limits: [Limit]) { self.limits = limits }

  /// Reads `VERB[.pN]=TIME,…`: verbs in any case, times in `us`, `ms` or `s`, each pair of verb and percentile once.
  public init(_ text: String) throws(BudgetError) {
    var limits: [Limit] = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let limit = try Limit(part)
      guard !limits.contains(where: { $0.verb == limit.verb && $0.percentile == limit.percentile }) else {
        throw BudgetError("\(part): \(limit.verb.rawValue) has a limit for p\(limit.percentile) already")
      }
      limits.append(limit)
    }
    self.limits = limits
  }

  /// What is slower than it may be, in words; nothing where there are no calls to judge.
  public func violations(_ verb: Verb, milliseconds: [Double]) -> [String] {
    let samples = Samples(milliseconds)
    return limits.filter { $0.verb == verb }.compactMap { limit in
      guard let taken = samples.percentile(limit.percentile), taken > limit.milliseconds else { return nil }
      return "\(verb.rawValue) takes \(decimal(taken)) ms (p\(limit.percentile) of \(milliseconds.count) calls), "
        + "the budget is \(decimal(limit.milliseconds)) ms"
    }
  }
}

/// A budget that cannot be read, in words.
public struct BudgetError: Error, Sendable, Hashable, CustomStringConvertible {
  /// What is wrong with it, and how it is written.
  public let description: String

  init(_ words: String) { description = "\(words); a budget is written add=20ms,del=30ms,add.p99=1s" }
}

extension Budget.Limit {
  /// Units by what they are called; the longer ones first, for `s` ends the others too.
  private static let units: [(name: String, milliseconds: Double)] = [("ms", 1), ("us", 0.001), ("s", 1000)]

  fileprivate init(_ text: Substring) throws(BudgetError) {
    let halves = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    guard halves.count == 2 else { throw BudgetError("\"\(text)\" says no time") }
    let names = halves[0].split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    guard let verb = Verb(rawValue: names[0].uppercased()) else {
      let verbs = Verb.allCases.map { $0.rawValue.lowercased() }.joined(separator: ", ")
      throw BudgetError("\"\(names[0])\" is none of the verbs \(verbs)")
    }
    self.init(
      verb, percentile: try names.count == 2 ? Self.percentile(names[1]) : Budget.percentile,
      milliseconds: try Self.milliseconds(halves[1]))
  }

  private static func percentile(_ text: Substring) throws(BudgetError) -> Int {
    guard text.first == "p", let number = Int(text.dropFirst()), (1...100).contains(number) else {
      throw BudgetError("\"\(text)\" is no percentile from p1 to p100")
    }
    return number
  }

  private static func milliseconds(_ text: Substring) throws(BudgetError) -> Double {
    guard let unit = units.first(where: { text.hasSuffix($0.name) }),
      let number = Double(text.dropLast(unit.name.count)), number > 0, number.isFinite
    else { throw BudgetError("\"\(text)\" is no time in us, ms or s") }
    return number * unit.milliseconds
  }
}
