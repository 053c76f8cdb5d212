/// Finds what somebody who misspelt a name may have meant.
package enum NearestName {
  /// No more letters than this are ever forgiven: words that differ by more are other words.
  private static let mostFaults = 3

  /// The one of `known` that looks most like `name`, if any is near; case does not count.
  ///
  /// Near is what one letter in three, three at most, leads to (put in, left out, replaced, or changed with the next one),
  /// and what goes on where the name ends (`log_dir`).
  package static func of(_ name: String, among known: [String]) -> String? {
    let wanted = Array(name.utf8.prefix(128)).map(lowercased)
    let limit = min(mostFaults, max(1, wanted.count / 3))
    let nearest = known.map { (name: $0, distance: distance(wanted, $0.utf8.map(lowercased), limit)) }
      .min { ($0.distance, $0.name) < ($1.distance, $1.name) }
    if let nearest, nearest.distance <= limit { return nearest.name }
    guard wanted.count >= 3 else { return nil }
    return known.filter { $0.utf8.map(lowercased).starts(with: wanted) }.min {
      ($0.utf8.count, $0) < ($1.utf8.count, $1)
    }
  }

  private static func lowercased(_ byte: UInt8) -> UInt8 {
    (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
  }

  /// How many faults lead from `a` to `b` (optimal string alignment); something above `limit` when it is more.
  private static func distance(_ a: [UInt8], _ b: [UInt8], _ limit: Int) -> Int {
    guard abs(a.count - b.count) <= limit else { return limit + 1 }
    var (before, last) = ([Int](), Array(0...b.count))
    for (i, x) in a.enumerated() {
      var row = [i + 1]
      for (j, y) in b.enumerated() {
        var fewest = min(last[j] + (x == y ? 0 : 1), last[j + 1] + 1, row[j] + 1)
        if i > 0, j > 0, x == b[j - 1], a[i - 1] == y { fewest = min(fewest, before[j - 1] + 1) }
        row.append(fewest)
      }
      (before, last) = (last, row)
    }
    return last[b.count]
  }
}
