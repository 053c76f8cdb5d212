import JSON
import Testing

@Suite("JSON: rules, places and how it is written", .timeLimit(.minutes(1)))
struct JSONRulesTests {
  @Test("An object of many members is as one of few")
  func manyMembers() {
    var (object, model): (JSONObject, [(String, Int)]) = ([:], [])
    for number in 0..<40 {
      object["k\(number)"] = .integer(number)
      model.append(("k\(number)", number))
    }
    object["K7"] = 70
    #expect(object["k7"]?.integer == 7 && object["K7"]?.integer == 70 && object["k40"] == nil)
    #expect(object.value(ignoringCase: "K39")?.integer == 39)
    for number in [39, 0, 20] + Array(1..<19) + Array(21..<38) {
      object["k\(number)"] = nil
      model.removeAll { $0.1 == number }
      #expect(object["k\(number)"] == nil && model.allSatisfy { object[$0.0]?.integer == $0.1 })
      object["k38"] = .integer(38)
    }
    #expect(object.keys == model.map(\.0) + ["K7"])
    #expect(JSONObject(object.map { ($0.key, $0.value) }) == object)
  }

  @Test(
    "What only the strict rules refuse",
    arguments: [
      #"{"a":1,"a":2}"#, #"{"x":{"b":1,"a":2,"b":3}}"#, #""\ud83d""#, #""\ude00""#, #"{"\ud83dx":1}"#,
      #"{"a":1,"b":1,"c":1,"d":1,"e":1,"f":1,"g":1,"h":1,"i":1,"a":1}"#,
    ])
  func strict(text: String) {
    #expect(throws: Never.self) { try JSON(parsing: text) }
    #expect(throws: JSONError.self) { try JSON(parsing: text, rules: .strict) }
  }

  @Test("What both rules read is the same", arguments: [#"{"a":1,"A":2}"#, "[{},{}]", #""\ud83d\ude00""#])
  func both(text: String) throws {
    #expect(try JSON(parsing: text, rules: .strict) == JSON(parsing: text))
  }

  @Test("Two spellings of one letter are two keys, under either rule")
  func spellings() throws {
    let text = "{\"\u{e9}\":1,\"e\u{301}\":2}"
    #expect(try JSON(parsing: text, rules: .strict).object?.count == 2)
    #expect(JSON.string("\u{e9}") != JSON.string("e\u{301}"))
    #expect(Set([JSON.string("\u{e9}"), JSON.string("e\u{301}")]).count == 2)
  }

  @Test(
    "An error tells line and column, behind the byte that is wrong",
    arguments: [
      ("{\n  \"cniVersion\": \"1.0.0\",\n  \"name\": \"x\",,\n", 3, 16), ("x", 1, 2), ("", 1, 1), ("[1,\n", 2, 1),
      ("{\r\n\t\"é\" 1}", 2, 8),
    ])
  func place(text: String, line: Int, column: Int) {
    let error = #expect(throws: JSONError.self) { try JSON(parsing: text) }
    #expect(error?.line == line && error?.column == column)
    #expect(error?.description.hasPrefix("invalid JSON at line \(line), column \(column): ") == true)
  }

  @Test("A key that occurs twice is told with its second place, cut where it is long")
  func duplicate() {
    let key = String(repeating: "k", count: 100)
    let error = #expect(throws: JSONError.self) {
      try JSON(parsing: "{\"\(key)\": 1,\n \"\(key)\": 2}", rules: .strict)
    }
    #expect(error?.line == 2 && error?.column == 3)
    #expect(error?.reason == "the key \"\(key.prefix(64))…\" occurs twice in one object")
  }

  @Test("Indented: a line for each member and element, nothing inside what is empty")
  func indented() throws {
    let json = try JSON(parsing: #"{"a":[1,{"b":[]}],"c":{}}"#)
    let text = String(decoding: json.serialized(indent: 2), as: UTF8.self)
    #expect(text == "{\n  \"a\": [\n    1,\n    {\n      \"b\": []\n    }\n  ],\n  \"c\": {}\n}")
    #expect(try JSON(parsing: text) == json)
  }

  @Test("Control characters are escaped where a terminal may read the text, and only there")
  func controls() throws {
    let json = JSON.string("\u{1b}[31m\u{7f}\u{9b}31m\u{85}\u{a0}é")
    let plain = "\"\\u001b[31m\u{7f}\u{9b}31m\u{85}\u{a0}é\""
    #expect(String(decoding: json.serialized(), as: UTF8.self) == plain)
    let text = String(decoding: json.serialized(escapingControls: true), as: UTF8.self)
    #expect(text == "\"\\u001b[31m\\u007f\\u009b31m\\u0085\u{a0}é\"")
    #expect(try JSON(parsing: text) == json)
    let turns = JSON.string("a\u{202e}b\u{2066}c\u{2028}d\u{200f}e\u{200d}\u{2070}")
    let turned = String(decoding: turns.serialized(escapingControls: true), as: UTF8.self)
    #expect(turned == "\"a\\u202eb\\u2066c\\u2028d\\u200fe\u{200d}\u{2070}\"")
    #expect(try JSON(parsing: turned) == turns)
  }

  @Test("Many combining marks cost no more than their bytes")
  func combiningMarks() throws {
    let marks = String(repeating: "\u{301}\u{323}", count: 100_000)
    let object: JSONObject = ["a\(marks)": 1, "b": .string(marks)]
    #expect(object["a\(marks)"] == 1)
    #expect(Set([JSON.object(object), JSON.object(object)]).count == 1)
  }
}
