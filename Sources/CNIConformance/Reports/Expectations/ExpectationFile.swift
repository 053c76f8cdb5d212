import JSON

/// A file of expectations, as `--expect` takes it.
///
/// A line an expectation: the plugin, its versions, the case's id, and the reason, which is the rest of the line; blanks between
/// them. `#` begins a comment where a line begins. Nothing else is taken.
public enum ExpectationFile {
  /// What is wrong with a file.
  public struct Fault: Error, Hashable, CustomStringConvertible {
    /// The line's number.
    public let line: Int
    /// What is wrong with it, and what would be right.
    public let text: String
    /// Both, as it is told.
    public var description: String { "line \(line): \(text)" }
  }

  /// Reads a file's text; every case id must stand for a case of the catalogue.
  public static func parse(_ text: String) throws(Fault) -> [Expectation] {
    try parse(text, caseIDs: Catalogue.cases.map(\.id))
  }

  static func parse(_ text: String, caseIDs: [String]) throws(Fault) -> [Expectation] {
    var expectations: [Expectation] = []
    for (place, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
      let words = line.split(maxSplits: 3, whereSeparator: { $0 == " " || $0 == "\t" }).map(String.init)
      guard let first = words.first, first.utf8.first != UInt8(ascii: "#") else { continue }
      expectations.append(try expectation(words, line: place + 1, caseIDs))
    }
    return expectations
  }

  private static func expectation(
    _ words: [String], line: Int, _ caseIDs: [String]
  ) throws(Fault) -> Expectation {
    guard words.count == 4, words[3].contains(where: { !$0.isWhitespace }) else {
      let missing = ["its versions (* for all)", "the case's id", "the reason"][min(words.count, 3) - 1]
      throw Fault(line: line, text: "it ends before \(missing): PLUGIN VERSIONS CASE REASON are wanted")
    }
    guard let versions = VersionRange(words[1]) else {
      throw Fault(
        line: line, text: "\"\(words[1])\" is no range of versions: *, unknown, 1.1.1, <1.4 or >=1.0,<1.4 are")
    }
    guard caseIDs.contains(where: { Glob.matches(words[2], $0) }) else {
      let nearest = NearestName.of(words[2], among: caseIDs).map { ": \($0)?" } ?? "; --list shows all"
      throw Fault(line: line, text: "there is no case \"\(words[2])\"\(nearest)")
    }
    // All blanks but the one that ended the third column are still there, in front and behind.
    let reason = words[3].drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed()
    return Expectation(plugin: words[0], versions: versions, caseID: words[2], reason: String(reason), line: line)
  }
}
