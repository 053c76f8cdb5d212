/// How long the same thing took, again and again.
struct Samples: Sendable, Hashable {
  /// Each time, in milliseconds, in the order in which they were taken.
  private(set) var milliseconds: [Double] = []

  init(_ milliseconds: [Double] = []) { self.milliseconds = milliseconds }

  mutating func add(_ duration: Duration) { milliseconds.append(duration / .milliseconds(1)) }

  /// The smallest of them that so many of a hundred are not above (nearest rank); nil where there are none.
  func percentile(_ share: Int) -> Double? {
    let sorted = milliseconds.sorted()
    guard !sorted.isEmpty else { return nil }
    let rank = (share * sorted.count + 99) / 100
    return sorted[min(max(rank, 1), sorted.count) - 1]
  }

  /// What a report tells of them.
  static let percentiles = [50, 90, 99]
}
