/// A failure that is known: which plugin, in which of its versions, in which case, and why.
public struct Expectation: Sendable, Hashable {
  /// The subject's name: a plugin's type, or those of a chain with `+` between them; `*` and `?` stand for any letters.
  public let plugin: String
  /// The plugin's own versions that it is known of.
  public let versions: VersionRange
  /// The case's id; `*` and `?` stand for any letters.
  public let caseID: String
  /// Why it fails, for the one who reads a report.
  public let reason: String
  /// Where it was read: the file's line.
  public let line: Int

  /// An expectation.
  public init(plugin: String, versions: VersionRange, caseID: String, reason: String, line: Int = 0) {
    self.plugin = plugin
    self.versions = versions
    self.caseID = caseID
    self.reason = reason
    self.line = line
  }
}
