import JSON
import RuntimeAPI
import Testing

@Suite("JSON that is sent and shown")
struct JSONTextTests {
  @Test("control characters never leave unescaped, in keys and in strings, on the wire and in text")
  func controls() {
    let value: JSON = ["\u{1b}": "\u{1b}[31m\u{7f}\u{9b}°"]
    let text = #"{"\u001b":"\u001b[31m\u007f\u009b°"}"#
    #expect(value.text() == text)
    #expect(String(decoding: value.bytes(), as: UTF8.self) == text)
    let version = CRI.VersionResponse(version: "\u{9b}2J")
    #expect(String(decoding: ProtoJSONEncoder().encode(version), as: UTF8.self) == #"{"version":"\u009b2J"}"#)
    #expect(
      String(decoding: Envelope(endingWith: ConnectError(code: .internal, message: "\u{9b}")).message, as: UTF8.self)
        == #"{"error":{"code":"internal","message":"\u009b"}}"#)
  }

  @Test("indented text breaks lines but in what is empty")
  func indented() {
    let value: JSON = ["a": [1, [:]], "b": []]
    #expect(value.text(indent: 2) == "{\n  \"a\": [\n    1,\n    {}\n  ],\n  \"b\": []\n}")
  }
}
