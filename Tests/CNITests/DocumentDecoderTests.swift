import JSON
import Testing

@Suite("Values from documents, plain and in proto3") struct DocumentDecoderTests {
  private enum Word: String, JSONName { case a = "A", k = "K" }

  private struct Part: Decodable, Equatable {
    var number: Int?
    var word: Word?
    var theK: Double?
    var parts: [Part]?
    var named: [String: Part]?
  }

  private struct Whole: Decodable, Equatable {
    var name: String
  }

  private func part(_ text: String, _ dialect: DocumentDecoder.Dialect = .plain) throws -> Part {
    try DocumentDecoder(dialect).decode(Part.self, from: JSON(parsing: text, rules: .strict))
  }

  private func complaint(_ text: String, _ dialect: DocumentDecoder.Dialect = .plain) -> String {
    do { return "\(try part(text, dialect))" } catch { return "\(error)" }
  }

  @Test("what is there is read, what is absent or null is nil")
  func reads() throws {
    let text = #"{"number":7,"word":"K","theK":1.5,"parts":[{"number":1e3}],"named":{"a b":{}}}"#
    #expect(
      try part(text)
        == Part(number: 7, word: .k, theK: 1.5, parts: [Part(number: 1000)], named: ["a b": Part()]))
    #expect(try part(#"{"number":null,"parts":null}"#) == Part())
  }

  @Test(
    "plain, each value has its own type and each key one spelling; proto3 takes others",
    arguments: [
      (
        #"{"number":"7"}"#,
        #"number: expected a whole number from -9223372036854775808 to 9223372036854775807, got "7""#
      ),
      (#"{"word":1}"#, "word: expected one of A, K, got 1"),
      (#"{"theK":"1.5"}"#, #"theK: expected a number, got "1.5""#),
      (#"{"the_k":1}"#, #"the_k: unknown field; the nearest known one is "theK""#),
      (#"{"theK":"NaN"}"#, #"theK: expected a number, got "NaN""#),
    ])
  func plain(_ text: String, _ words: String) throws {
    #expect(complaint(text) == words)
    _ = try part(text, .proto3)
  }

  @Test("in any case, a name is found as Go finds it, and the spellings that are passed over are unknown")
  func anyCase() throws {
    let text = #"{"NUMBER":7,"TheK":1.5,"PARTS":[{"Number":1}],"Named":{"a":{},"A":{"word":"A"}}}"#
    #expect(
      try part(text, .anyCase)
        == Part(number: 7, theK: 1.5, parts: [Part(number: 1)], named: ["a": Part(), "A": Part(word: .a)]))
    #expect(try part(#"{"NUMBER":null}"#, .anyCase) == Part())
    #expect(
      complaint(#"{"NUMBER":1,"number":2}"#, .anyCase) == "NUMBER: unknown field; the nearest known one is \"number\"")
    #expect(complaint(#"{"NUMBER":1,"Number":2}"#, .anyCase).hasPrefix("Number: unknown field"))
    #expect(complaint(#"{"the_k":1}"#, .anyCase).hasPrefix("the_k: unknown field"))
    #expect(complaint(#"{"Number":"7"}"#, .anyCase).hasPrefix("number: expected a whole number"))
    #expect(complaint(#"{"WORD":"a"}"#, .anyCase) == #"word: expected one of A, K, got "a""#)
    #expect(try DocumentDecoder(.anyCase).decode(Whole.self, from: ["Name": "x"]) == Whole(name: "x"))
    let error = #expect(throws: DocumentError.self) { try DocumentDecoder(.anyCase).decode(Whole.self, from: [:]) }
    #expect(error?.description == "name: is missing")
  }

  @Test("what is required and absent is missing, but for a scalar of proto3")
  func missing() throws {
    let error = #expect(throws: DocumentError.self) { try DocumentDecoder(.plain).decode(Whole.self, from: [:]) }
    #expect(error?.description == "name: is missing")
    #expect(try DocumentDecoder(.proto3).decode(Whole.self, from: [:]) == Whole(name: ""))
  }

  @Test("what Swift takes for the same text is another: KELVIN SIGN is no K, in words and in keys")
  func lookalikes() {
    for dialect in [DocumentDecoder.Dialect.plain, .anyCase, .proto3] {
      #expect(complaint("{\"word\":\"\u{212a}\"}", dialect).hasPrefix("word: expected one of A, K, got "))
      #expect(complaint("{\"the\u{212a}\":1}", dialect).hasPrefix("the\u{212a}: unknown field"))
    }
  }

  @Test("numbers that are too large, no number of JSON or no number at all")
  func numbers() {
    for text in ["1e400", "-1e400", "\"1e400\"", "\"0x1p3\"", "\"inf\"", "\"nan\"", "\"\"", "\" 1\"", "\"1.\"", "[]"] {
      #expect(complaint("{\"theK\":\(text)}", .proto3).hasPrefix("theK: expected a number, got "), "\(text)")
    }
    for text in ["2", "-1", "1.5", "1e400", "9223372036854775808", "\"B\"", "\"a\"", "\"1\"", "true"] {
      #expect(complaint("{\"word\":\(text)}", .proto3).hasPrefix("word: expected one of A, K, got "), "\(text)")
    }
  }
}
