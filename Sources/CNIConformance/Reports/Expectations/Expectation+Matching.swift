extension Expectation {
  /// Whether it is of this trial, where the plugins' own versions are these (by type; those that tell none are missing).
  ///
  /// The pattern is that of the subject's name. Of a chain, the versions of those plugins count that it names without `*`:
  /// `bridge+*` is a chain that begins with bridge, in a version of bridge.
  func covers(_ report: CaseReport, releases: [String: String]) -> Bool {
    guard Glob.matches(caseID, report.id), Glob.matches(plugin, report.subject) else { return false }
    let patterns = plugin.split(separator: "+").map(String.init)
    let types = report.subject.split(separator: "+").map(String.init)
    let named = types.filter { type in patterns.contains { $0 != "*" && Glob.matches($0, type) } }
    return (named.isEmpty ? types : named).allSatisfy { versions.contains(releases[$0]) }
  }
}
