import JSON
import Testing

@Suite("JSON: what bounds a text's cost", .timeLimit(.minutes(1))) struct JSONBoundsTests {
  private static let most = String(repeating: "k", count: 1024)

  private func fault(_ text: String, _ rules: JSON.Rules) -> String? {
    do {
      _ = try JSON(parsing: text, rules: rules)
      return nil
    } catch {
      return error.description
    }
  }

  @Test("A key has at most 1024 bytes, whatever its spelling; what is longer is told with its place")
  func keys() {
    for rules in [JSON.Rules.lenient, .strict] {
      #expect(fault("{\"\(Self.most)\": 1}", rules) == nil)
      #expect(
        fault("{\"a\": {\n\"\(Self.most)k\": 1}}", rules)
          == "invalid JSON at line 2, column 2: a key of 1025 bytes; 1024 is the most")
      // Escapes are resolved before they are counted.
      #expect(fault("{\"\(String(repeating: "\\u006b", count: 1024))\": 1}", rules) == nil)
    }
    #expect(fault("{\"\(Self.most)k\": 1}", .own) == nil)
  }

  @Test("A number has at most 1024 digits")
  func numbers() {
    let digits = String(repeating: "1", count: 1024)
    for rules in [JSON.Rules.lenient, .strict] {
      #expect(fault(digits, rules) == nil)
      #expect(
        fault("[1\(digits)]", rules) == "invalid JSON at line 1, column 3: a number of 1025 bytes; 1024 is the most")
    }
    #expect(fault("1" + digits, .own) == nil)
  }

  @Test(
    "30 combining marks may follow each other, 31 may not: in strings and keys, written out and as escapes",
    arguments: ["\u{301}", "\\u0316", "\u{5b0}", "\u{20d0}", "\u{e0100}", "\u{1d165}"])
  func marks(_ mark: String) {
    // Variation selectors are no combining marks: they are put in no order.
    let isMark = mark != "\u{e0100}"
    let row = { (count: Int) in "e" + String(repeating: mark, count: count) }
    for rules in [JSON.Rules.lenient, .strict] {
      #expect(fault("[\"\(row(30))\(row(30))\", {\"\(row(30))\": 1}]", rules) == nil)
      for text in ["[\"\(row(31))\"]", "{\"\(row(31))\": 1}", "\"\(row(30) + row(31))x\""] {
        #expect(
          fault(text, rules)?.hasSuffix(": more than 30 combining marks in a row in a string") == (isMark ? true : nil))
      }
    }
    #expect(fault("\"\(row(31))\"", .own) == nil)
  }

  @Test("A text that passes costs no more than its bytes, even to Swift's own comparison")
  func passes() throws {
    let row = "e" + String(repeating: "\u{301}\u{316}", count: 15)
    let long = String(repeating: row, count: 10_000)
    let texts = try ["\(long)a", "\(long)b"].map { try #require(try JSON(parsing: "\"\($0)\"").string) }
    #expect(texts[0] != texts[1] && texts[0] < texts[1] && Set(texts).count == 2)
  }

  @Test("A place is found by its path")
  func places() throws {
    let text = "{\n  \"a\": {\"b.c\": [1,\n    {\"d\": true}]},\n  \"e\": 2\n}"
    let array = FieldPath.key(.field(.root(""), "a"), "b.c")
    for (path, line, column) in [
      (FieldPath.root(""), 1, 1), (.field(.root(""), "a"), 2, 3), (array, 2, 9), (.index(array, 0), 2, 17),
      (.index(array, 1), 3, 5), (.field(.index(array, 1), "d"), 3, 6), (.field(.root(""), "e"), 4, 3),
    ] {
      let place = try #require(JSON.place(of: path, in: Array(text.utf8)), "\(path)")
      #expect(place == (line, column), "\(path)")
    }
    for path in [FieldPath.field(.root(""), "x"), .index(.root(""), 0), .index(array, 2), .field(array, "d")] {
      #expect(JSON.place(of: path, in: Array(text.utf8)) == nil, "\(path)")
    }
  }
}

@Suite("Texts that are cut") struct CutTests {
  @Test(
    "A beginning is cut at a character's end",
    arguments: [
      ("abc", 3, "abc"), ("abcd", 3, "abc…"), ("aé", 3, "aé"), ("aéb", 2, "a…"), ("aéb", 3, "aé…"), ("€€", 5, "€…"),
      ("€€", 4, "€…"), ("€€", 3, "€…"), ("a😀", 4, "a…"), ("é", 1, "…"), ("abc", 0, "…"), ("", 0, ""),
      ("e\u{301}x", 2, "e…"), ("e\u{301}x", 3, "e\u{301}…"),
    ])
  func beginning(_ text: String, _ limit: Int, _ expected: String) {
    #expect(Array(text.beginning(limit).utf8) == Array(expected.utf8))
  }

  @Test("A text with a megabyte in one letter is cut as any other")
  func letter() {
    let text = "e" + String(repeating: "\u{301}\u{316}", count: 1 << 18)
    #expect(text.beginning(64).utf8.count <= 67 && text.cut(toBytes: 64).utf8.count <= 64)
  }
}
