extension String {
  /// Whether somewhere in the text more than so many combining marks follow each other.
  package func hasRows(ofMarks limit: Int) -> Bool {
    // The first mark, U+0300, is written as CC 80: what has no byte as high has no mark.
    guard utf8.contains(where: { $0 >= 0xcc }) else { return false }
    var row = 0
    for scalar in unicodeScalars {
      row = scalar.properties.canonicalCombiningClass == .notReordered ? 0 : row + 1
      if row > limit { return true }
    }
    return false
  }
}
