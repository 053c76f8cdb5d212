import CNIConformance

/// What `--list` prints.
enum CaseList {
  /// A case a line: its id, its weight, what it expects, and, below, what that stands on.
  static func text(_ cases: [Case]) -> String {
    let width = cases.map(\.id.count).max() ?? 0
    return cases.map { candidate in
      let id = candidate.id + String(repeating: " ", count: width - candidate.id.count)
      let weight = candidate.weight.rawValue.uppercased()
      let indent = String(repeating: " ", count: width + 2)
      return "\(id)  \(weight): \(candidate.expectation)\n\(indent)(\(candidate.basis))\n"
    }.joined()
  }
}
