import Glibc
import Testing

@testable import CNIConformance

@Suite("Expectations")
struct ReportsExpectationTests {
  private let ids = ["spec/add-twice", "spec/del-twice", "leak/links"]

  @Test("are read line by line, comments and empty lines left out")
  func reading() throws {
    let read = try ExpectationFile.parse(
      "# plugin version case reason\n\nbridge\t<=1.1.1  spec/add-twice   plugins#810: the  rules # stay\r\n  * * leak/* why\n",
      caseIDs: ids)
    #expect(read.map(\.plugin) == ["bridge", "*"] && read.map(\.line) == [3, 4])
    #expect(read[0].reason == "plugins#810: the  rules # stay" && read[0].versions.text == "<=1.1.1")
  }

  @Test(
    "that cannot be read are told with their line",
    arguments: [
      ("bridge", "its versions"), ("bridge *", "the case's id"), ("bridge * spec/add-twice", "the reason"),
      ("bridge * spec/add-twice   ", "the reason"),
      ("bridge new spec/add-twice why", "\"new\" is no range"),
      ("bridge 1..2 spec/add-twice why", "\"1..2\" is no range"),
      ("bridge * spec/add-twise why", "there is no case \"spec/add-twise\": spec/add-twice?"),
      ("bridge * speed/* why", "there is no case \"speed/*\""),
    ])
  func faults(_ line: String, _ words: String) {
    let fault = #expect(throws: ExpectationFile.Fault.self) { try ExpectationFile.parse("\n" + line, caseIDs: ids) }
    #expect(fault?.line == 2 && fault?.text.contains(words) == true, "\(fault.map { "\($0)" } ?? "")")
  }

  @Test("are of a plugin, its version, and a case")
  func covering() {
    func covers(_ plugin: String, _ versions: String, _ subject: String, _ releases: [String: String]) -> Bool {
      guard let versions = VersionRange(versions) else { return false }
      return Expectation(plugin: plugin, versions: versions, caseID: "spec/*", reason: "")
        .covers(.made(.passed, subject: subject), releases: releases)
    }
    let releases = ["bridge": "1.1.1", "portmap": "1.9.1"]
    #expect(covers("bridge", "1.1.1", "bridge", releases) && !covers("bridge", ">1.1.1", "bridge", releases))
    #expect(!covers("bridge", "*", "bridge+portmap", releases) && !covers("bridge+*", "*", "bridge", releases))
    #expect(covers("bridge+*", "<1.2", "bridge+portmap", releases) && !covers("*", "<1.2", "bridge+portmap", releases))
    #expect(!covers("bridge+portmap", "<1.2", "bridge+portmap", releases))
    #expect(covers("*", "*", "mine", [:]) && covers("mine", "unknown", "mine", [:]))
    #expect(!covers("mine", ">=0", "mine", [:]) && !covers("bridge", "unknown", "bridge", releases))
  }

  @Test(
    "name versions by their numbers",
    arguments: [
      ("1.1.1", "v1.1.1", true), ("1.1", "1.1.0", true), ("1.1", "1.1.1", false), (">=1.0,<1.4", "1.3.9-rc1", true),
      (">=1.0,<1.4", "1.4.0", false), ("<1.10", "1.9.1", true), (">1.9.1", "1.9.1", false), ("=2", "2.0", true),
      ("<=1.1.1", "nonsense", false),
    ])
  func versions(_ range: String, _ version: String, _ isIn: Bool) throws {
    #expect(try #require(VersionRange(range)).contains(version) == isIn)
  }

  @Test("take * for any letters and ? for one")
  func globs() {
    for (pattern, text, matches) in [
      ("*", "", true), ("a*c", "abbc", true), ("a*c", "abcb", false), ("a?c", "abc", true), ("a?c", "ac", false),
      ("**x*", "yx", true), ("spec/*-twice", "spec/add-twice", true), ("[a]", "a", false), ("", "a", false),
    ] { #expect(Glob.matches(pattern, text) == matches, "\(pattern) \(text)") }
  }

  @Test("in the example and in the documentation can be read")
  func documented() throws {
    let root = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    let example = String(decoding: bash("cat '\(root)/Examples/plugin-ci/mycni.expect'").output, as: UTF8.self)
    // The line that is commented out is what people make theirs of.
    #expect(try ExpectationFile.parse(example.replacing("# mycni", with: "mycni")).count == 1)
    let page = bash("sed -n '/^# plugin  /,/^```/p' '\(root)/docs/conformance.md' | grep -v '```'").output
    #expect(try ExpectationFile.parse(String(decoding: page, as: UTF8.self)).count == 3)
  }
}

@Suite("A plugin's own version")
struct ReportsIdentityTests {
  @Test(
    "is taken from what it says of itself",
    arguments: [
      ("CNI bridge plugin v1.1.1\nCNI protocol versions supported: 0.1.0, 0.2.0", "1.1.1"),
      ("CNI bridge plugin version unknown\nCNI protocol versions supported: 0.1.0", nil),
      ("CNI mycni plugin version 2.0-rc1", "2.0-rc1"), ("usage: plugin", nil), ("version 1.2.3", nil), ("", nil),
    ])
  func release(_ about: String, _ version: String?) { #expect(PluginIdentity.release(in: about) == version) }
}
