import JSON
import Testing

@testable import berthctl

@Suite("YAML that is read")
struct YAMLReaderTests {
  private func read(_ text: String) throws(CommandFailure.Reason) -> JSON {
    try YAMLReader.document(Array(text.utf8), name: "f")
  }

  private func complaint(_ text: String) -> String? {
    do {
      _ = try read(text)
      return nil
    } catch {
      return error.lines.joined(separator: "\n")
    }
  }

  @Test(
    "what is wrong is said with its line and column",
    arguments: [
      ("a: [", "line 1, column 5: a value is expected"),
      ("a: {b: c: d}", "line 1, column 9: a comma or } is expected"),
      ("a: [\n", "line 2, column 1: a value is expected"), ("é: [", "line 1, column 5: a value is expected"),
      ("a: {b: c", "line 1, column 9: a comma or } is expected"),
      ("a: - b", "line 1, column 4: no element of a list (- …) can begin here"),
      ("a: b: c", "line 1, column 5: a colon cannot be here; a value that holds one needs quotes"),
      ("a: 'b'\n c: d", "line 2, column 2: a key is expected, indented as those before it"),
      ("a:\n- b\nc", "line 3, column 1: a colon is expected after a key"),
      ("a:\n  b: \"c\n\nd: e\n", "line 2, column 6: a string in quotes that does not end"),
      ("a: é\u{7}", "line 1, column 5: a control character; in double quotes it can be written as an escape"),
      ("a: \"\\q\"", "line 1, column 5: an unknown escape in a string; in single quotes a backslash is one"),
      ("a: &", "line 1, column 5: the name of an anchor or alias is expected"),
      ("a: !x!y z", "line 1, column 4: a tag whose handle is not declared"),
      ("%A\n---\nb", "line 1, column 3: a directive (% at a line's begin) that is not understood"),
      ("a: *b", "line 1, column 4: the alias *b has no anchor before it"),
      ("a: &b [*b]", "line 1, column 8: the alias *b is within what it stands for"),
      ("a: &b 1\nc: &b [*b]", "line 2, column 8: the alias *b is within what it stands for"),
      ("a: 1\n'a': 2", "line 2, column 1: the key \"a\" occurs twice in one mapping"),
      ("a: &k b\nc: {b: 1, *k : 2}", "line 2, column 11: the key \"b\" occurs twice in one mapping"),
      ("<<: {a: 1}\n<<: {b: 2}", "line 2, column 1: the key \"<<\" occurs twice in one mapping"),
      ("a: 1\n---\nb: 2", "line 2, column 1: a second document; there may be only one"),
      ("a: 1\n...\nb: 2", "line 3, column 1: something follows the document's end"),
    ])
  func faults(_ text: String, _ words: String) {
    #expect(complaint(text) == "f: invalid YAML at \(words)")
  }

  @Test(
    "YAML that is valid and means nothing here is refused with its place as well",
    arguments: [
      ("? [a]\n: b", "line 1, column 3: a key that is not a scalar"),
      ("a: &l [b]\n*l : c", "line 2, column 1: a key that is not a scalar"),
      ("a:\n  <<: 7", "line 2, column 7: << merges mappings only"),
      ("a:\n  <<: [{b: c}, [{d: e}]]", "line 2, column 7: << merges mappings only"),
      ("a: !!int x", "line 1, column 4: the value is not what its tag says"),
      ("a: !!int 1.5", "line 1, column 4: the value is not what its tag says"),
      ("a: !!bool yes", "line 1, column 4: the value is not what its tag says"),
      ("a: !!binary aGk=", "line 1, column 4: the value is not what its tag says"),
      ("a: !!null x", "line 1, column 4: the value is not what its tag says"),
    ])
  func refusals(_ text: String, _ words: String) {
    #expect(complaint(text) == "f: \(words)")
  }

  @Test(
    "style and tag say what a scalar is",
    arguments: [
      ("1", .number("1")), ("'1'", .string("1")), ("\"1\"", .string("1")), ("|\n 1", .string("1")),
      (">-\n a\n b", .string("a b")), ("!!str 1", .string("1")), ("! 1", .string("1")), ("!own 1", .string("1")),
      ("!!str", .string("")), ("!!int '1'", .number("1")), ("!!float 1", .number("1")), ("!!bool 'true'", .bool(true)),
      ("!!null ''", .null), ("!!seq [a]", .array([.string("a")])), ("~", .null), ("true", .bool(true)),
      ("yes", .string("yes")), ("0x1F", .number("31")), ("0o17", .number("15")), (".inf", .string(".inf")),
    ] as [(String, JSON)])
  func scalars(_ text: String, _ value: JSON) throws {
    #expect(try read(text) == value)
  }

  @Test("an anchor may be named again; the last one before an alias counts, also as a key")
  func anchors() throws {
    let document = try read("a: &x 1\nb: *x\nc: &x two\nd: *x\n*x : e")
    #expect(
      document
        == .object([
          "a": .number("1"), "b": .number("1"), "c": .string("two"), "d": .string("two"),
          "two": .string("e"),
        ]))
  }

  @Test("of merged mappings the first wins, and the mapping's own keys over all; a key in quotes merges nothing")
  func merges() throws {
    let document = try read("m: {<<: [{a: 1, b: 2}, {b: 3, c: 4}], a: 0, \"d\": 5}\nn: {'<<': {a: 1}}")
    #expect(
      document["m"]
        == .object([
          "a": .number("0"), "d": .number("5"), "b": .number("2"), "c": .number("4"),
        ]))
    #expect(document["n"]?["<<"] == .object(["a": .number("1")]))
  }

  @Test("nesting ends at the limit, with aliases and without")
  func depth() throws {
    let nested = { (levels: Int) in String(repeating: "[", count: levels) + String(repeating: "]", count: levels) }
    _ = try read(nested(YAMLReader.maximumDepth))
    #expect(complaint(nested(65)) == "f: line 1, column 65: more than 64 levels of nesting")
    #expect(complaint(String(repeating: "- ", count: 100_000) + "a")?.contains("more than 64 levels") == true)
    let chain = (1...100).map { "l\($0): &l\($0) [*l\($0 - 1)]" }.joined(separator: "\n")
    #expect(complaint("l0: &l0 x\n" + chain)?.contains("more than 64 levels") == true)
  }

  @Test("aliases that repeat many values or long ones are refused, however they are used")
  func multiplyingAliases() {
    let long = "a: &a \(String(repeating: "x", count: 50_000))\n"
    let key = "a: &a \(String(repeating: "x", count: 1000))\n"
    let uses = [
      "l: [" + Array(repeating: "*a", count: 100).joined(separator: ",") + "]",
      "m: &m {b: *a}\nn:\n" + Array(repeating: "- <<: *m\n", count: 100).joined(),
    ]
    for use in uses {
      #expect(complaint(long + use)?.hasSuffix("too many values; do aliases multiply?") == true, "\(use.prefix(20))")
    }
    let keys = (1...5000).map { "k\($0): {*a : 1}" }.joined(separator: "\n")
    #expect(complaint(key + keys)?.hasSuffix("too many values; do aliases multiply?") == true)
    #expect(complaint("[" + Array(repeating: "a", count: 100_000).joined(separator: ",") + "]") != nil)
    #expect(complaint("[" + Array(repeating: "a", count: 99_999).joined(separator: ",") + "]") == nil)
  }

  @Test("keys and marks in a row are bounded as in JSON, wherever they stand")
  func bounds() {
    let key = String(repeating: "k", count: 1025)
    #expect(complaint("a:\n  ? \(key)\n  : 1") == "f: line 2, column 5: a key of 1025 bytes; 1024 is the most")
    let marks = String(repeating: "\u{301}\u{316}", count: 100_000)
    for text in ["a: x\(marks)", "x\(marks): 1", "- \"x\(marks)\"", "a: |\n  x\(marks)"] {
      #expect(complaint(text)?.hasSuffix("more than 30 combining marks in a row") == true)
    }
  }

  @Test("a text with nothing in it is null", arguments: ["", "# x\n", "---\n", "\u{feff}"])
  func empty(_ text: String) throws {
    #expect(try read(text) == .null)
  }
}
