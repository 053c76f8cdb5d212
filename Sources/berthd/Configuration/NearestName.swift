/// Finds what somebody who misspelt a name may have meant.
enum NearestName {
  /// The one of `known` that looks most like `name`, if any is near; case does not count.
  static func of(_ name: String, among known: [String]) -> String? {
    let wanted = name.lowercased()
    let nearest = known.map { (name: $0, distance: distance($0.lowercased(), wanted)) }
      .min { ($0.distance, $0.name) < ($1.distance, $1.name) }
    return nearest.flatMap { $0.distance <= max(2, name.count / 3) ? $0.name : nil }
  }

  /// The number of insertions, deletions and replacements that lead from `a` to `b` (Levenshtein).
  private static func distance(_ a: String, _ b: String) -> Int {
    // What is far longer is not near, and need not be measured.
    guard abs(a.utf8.count - b.utf8.count) < 64 else { return .max }
    let (a, b) = (Array(a.utf8), Array(b.utf8))
    var row = Array(0...b.count)
    for (i, x) in a.enumerated() {
      var diagonal = row[0]
      row[0] = i + 1
      for (j, y) in b.enumerated() {
        let replaced = diagonal + (x == y ? 0 : 1)
        diagonal = row[j + 1]
        row[j + 1] = min(replaced, row[j] + 1, diagonal + 1)
      }
    }
    return row[b.count]
  }
}
