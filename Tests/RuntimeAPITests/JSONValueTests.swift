import RuntimeAPI
import Testing

@Suite("JSON values")
struct JSONValueTests {
  @Test("what is parsed is written as it was, keys in order and numbers untouched")
  func keepsOrderAndSpelling() throws {
    let text = #"{"b":1.0,"a":[1e2,-0,123456789012345678901234567890],"c":{"":null,"x":true},"d":"ü€😀"}"#
    #expect(try JSONValue(parsing: Array(text.utf8)).text() == text)
  }

  @Test("escapes are understood, and control characters never leave unescaped")
  func escapes() throws {
    let value = try JSONValue(parsing: Array(#""\"\\\/\b\f\n\r\t\u0041\u00e9\ud83d\ude00""#.utf8))
    #expect(value == .string("\"\\/\u{8}\u{c}\n\r\tAé😀"))
    #expect(JSONValue.string("\u{1b}[31m\u{7f}\u{9b}°").text() == #""\u001b[31m\u007f\u009b°""#)
  }

  @Test("indented text breaks lines but in what is empty")
  func indented() {
    let value = JSONValue.object([.init("a", .array([.integer(1), .object([])])), .init("b", .array([]))])
    #expect(value.text(indent: 2) == "{\n  \"a\": [\n    1,\n    {}\n  ],\n  \"b\": []\n}")
  }

  @Test(
    "garbage is refused with its place",
    arguments: [
      "", " ", "{", "[", "}", "{]", "[1,]", "[,1]", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{a:1}", "01", "1.", ".5", "-",
      "+1", "1e", "1e+", "tru", "nul", "falsey", "\"", "\"\\", "\"\\x\"", "\"\\u12\"", "\"\\u12g4\"", "\"\\ud800\"",
      "\"\\ud800\\u0041\"", "\"\\udc00\"", "\"\n\"", "1 2", "{} {}", "{}x", "NaN", "Infinity", "'a'",
      "{\"a\":1 \"b\":2}",
      "\u{feff}{}", "//c\n1",
    ])
  func garbage(_ text: String) {
    #expect(throws: JSONSyntaxError.self) { try JSONValue(parsing: Array(text.utf8)) }
  }

  @Test(
    "bytes that are not UTF-8 are refused", arguments: [[0x22, 0xFF, 0x22], [0x22, 0xC2, 0x22], [0x80]] as [[UInt8]])
  func notUTF8(_ bytes: [UInt8]) {
    #expect(throws: JSONSyntaxError.self) { try JSONValue(parsing: bytes) }
  }

  @Test("a key twice in one object is refused, in different objects it is not")
  func duplicateKeys() throws {
    #expect(throws: JSONSyntaxError.self) { try JSONValue(parsing: Array(#"{"a":1,"\u0061":2}"#.utf8)) }
    _ = try JSONValue(parsing: Array(#"{"a":{"a":1}}"#.utf8))
  }

  @Test("nesting ends at the limit, however long the document")
  func depth() throws {
    let deep = { (levels: Int) in
      Array((String(repeating: "[", count: levels) + String(repeating: "]", count: levels)).utf8)
    }
    _ = try JSONValue(parsing: deep(100))
    #expect(throws: JSONSyntaxError.self) { try JSONValue(parsing: deep(101)) }
    #expect(throws: JSONSyntaxError.self) {
      try JSONValue(parsing: Array(repeating: UInt8(ascii: "["), count: 1 << 20))
    }
  }

  @Test("an error says line and column")
  func place() {
    let error = #expect(throws: JSONSyntaxError.self) { try JSONValue(parsing: Array("{\n  \"a\": x}".utf8)) }
    #expect(error?.description == "not valid JSON: line 2, column 8: a value is expected")
  }
}
