import CNI
import JSON
import LinuxKernel
import Testing

@Suite("JSON", .timeLimit(.minutes(1)))
struct JSONTests {
  @Test(
    "What is valid comes back as it was",
    arguments: [
      "null", "true", "false", "0", "-0", "1.0", "1e3", "1E+3", "-1.5e-7", "12345678901234567890123", "\"\"", "[]",
      "{}",
      #"{"b":1,"a":[1,{"c":null}]}"#, #""é€😀/<&>""#, #""\"\\\n\t\r\u0001\u001f""#,
    ])
  func roundTrip(text: String) throws {
    #expect(try JSON(parsing: text).description == text)
  }

  @Test(
    "What is not JSON is an error",
    arguments: [
      "", " ", "nul", "nulll", "tru", "+1", "01", "1.", ".5", "1e", "1e+", "-", "0x1", "NaN", "\"", "\"\\\"", "\"\\x\"",
      "\"\\u12\"", "\"\\u12g4\"", "\"a\nb\"", "\"\u{0}\"", "[", "[1", "[1,", "[1,]", "[,1]", "{", "{\"a\"", "{\"a\":",
      "{\"a\":1", "{\"a\":1,}", "{a:1}", "{1:1}", "{}{}", "1 2", "\u{feff}{}", "'a'", "// x\n1",
    ])
  func invalid(text: String) {
    #expect(throws: JSONError.self) { try JSON(parsing: text) }
  }

  @Test("Escapes: surrogate pairs join, lone surrogates become U+FFFD, others stand for themselves")
  func escapes() throws {
    func string(_ text: String) throws -> String? { try JSON(parsing: text).string }
    #expect(try string(#""\u0041\u00e9\u20ac\/\b\f""#) == "Aé€/\u{8}\u{c}")
    #expect(try string(#""\ud83d\ude00""#) == "😀")
    #expect(try string(#""\ud83d""#) == "\u{fffd}")
    #expect(try string(#""\ude00x""#) == "\u{fffd}x")
    #expect(try string(#""\ud83d\u0041""#) == "\u{fffd}A")
    #expect(try string(#""\ude00\ude00""#) == "\u{fffd}\u{fffd}")
    #expect(try string(#""\ud83d\ud83d\ude00""#) == "\u{fffd}😀")
  }

  @Test(
    "Invalid UTF-8 is an error",
    arguments: [[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xe2, 0x82]] as [[UInt8]])
  func invalidUTF8(bytes: [UInt8]) {
    let quote = [UInt8(ascii: "\"")]
    #expect(throws: JSONError.self) { try JSON(parsing: quote + bytes + quote) }
    #expect(throws: JSONError.self) { try JSON(parsing: quote + Array("\\n".utf8) + bytes + quote) }
  }

  @Test("Depth and size are bounded", arguments: ["[", "{\"a\":", "[{\"a\":"])
  func bounds(opening: String) throws {
    let error = #expect(throws: JSONError.self) { try JSON(parsing: String(repeating: opening, count: 10000)) }
    #expect(error?.reason == "nested more than \(JSON.maximumDepth) deep")
    let deep =
      String(repeating: "[", count: JSON.maximumDepth - 1) + "1" + String(repeating: "]", count: JSON.maximumDepth - 1)
    #expect(try JSON(parsing: deep).description == deep)
    #expect(throws: JSONError.self) { try JSON(parsing: Array("[1,2,3]".utf8), maximumSize: 6) }
  }

  @Test("The deepest nesting fits the small stack of a dedicated thread")
  func smallStack() async throws {
    let levels = JSON.maximumDepth - 1
    let deep = String(repeating: "{\"a\":", count: levels) + "1" + String(repeating: "}", count: levels)
    let same = try await DedicatedThread.run { () throws -> Bool in
      let json = try JSON(parsing: deep)
      return try json.description == deep && json == JSON(parsing: deep) && Set([json]).contains(json)
    }
    #expect(same)
  }

  @Test("Of duplicate keys the last wins, as in Go; a hostile number of keys costs no more than its bytes")
  func duplicates() throws {
    #expect(try JSON(parsing: #"{"a":1,"b":2,"a":3}"#).description == #"{"a":3,"b":2}"#)
    let many = "{" + (0..<200_000).map { "\"k\($0 % 100_000)\":\($0)" }.joined(separator: ",") + "}"
    let object = try JSON(parsing: many).object
    #expect(object?.count == 100_000 && object?["k5"] == 100_005)
  }

  @Test("Keys are compared byte by byte")
  func keys() throws {
    let object = try JSON(parsing: "{\"\u{e9}\":1,\"e\u{301}\":2}").object
    #expect(object?.count == 2 && object?["\u{e9}"] == 1 && object?["e\u{301}"] == 2)
  }

  @Test("Equality: the order of keys does not count, the spelling of numbers does")
  func equality() throws {
    #expect(try JSON(parsing: #"{"a":1,"b":[2]}"#) == JSON(parsing: #"{ "b": [2], "a": 1 }"#))
    #expect(try JSON(parsing: "1.0") != JSON(parsing: "1"))
    #expect(try JSON(parsing: #"{"a":1}"#) != JSON(parsing: #"{"b":1}"#))
    #expect(try Set([JSON(parsing: #"{"a":1,"b":2}"#), JSON(parsing: #"{"b":2,"a":1}"#)]).count == 1)
  }

  @Test("Integers however spelled")
  func integers() throws {
    for (text, number) in [
      ("1e3", 1000), ("1000.0", 1000), ("-7", -7), ("-0", 0), ("0.0e5", 0), ("1200e-2", 12),
      ("9223372036854775807", Int.max),
      ("922337203685477580.7e1", Int.max), ("-9223372036854775808.0", Int.min),
      ("9007199254740993.0", 9_007_199_254_740_993),
    ] {
      #expect(try JSON(parsing: text).integer == number)
    }
    for text in [
      "1.5", "1e400", "99999999999999999999", "\"1\"", "9223372036854775808", "9223372036854775808.0", "-9.3e18",
      "1e-1",
      "9223372036854775807.5", "1e999999999999999999999999", "1e-999999999999999999999999",
    ] { #expect(try JSON(parsing: text).integer == nil) }
  }
}
