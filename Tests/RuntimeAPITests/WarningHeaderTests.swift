import RuntimeAPI
import Testing

@Suite(.timeLimit(.minutes(1))) struct WarningHeaderTests {
  @Test(
    "a text is visible ASCII in a header field, and the same text again",
    arguments: [
      ("", ""), ("plain: text, (x) \"y\"", "plain: text, (x) \"y\""), ("100%", "100%25"), ("é\n\0", "%C3%A9%0A%00"),
      (" a b ", "%20a b%20"), (" ", "%20"), ("\u{7f}", "%7F"), ("a%41", "a%2541"),
    ])
  func encodes(text: String, value: String) {
    #expect(WarningHeader.encode(text) == value)
    #expect(WarningHeader.decode(value) == text)
  }

  @Test("what is not rightly encoded stands as it is", arguments: ["%", "%4", "%zz", "a%", "%C3%A"])
  func garbage(value: String) { #expect(WarningHeader.decode(value).utf8.count >= 1) }

  @Test("lower case is read too") func lowerCase() { #expect(WarningHeader.decode("%c3%a9") == "é") }
}

@Suite(.timeLimit(.minutes(1))) struct ReplyTests {
  @Test("a reply has the answer's warnings, in their order; a call drops them")
  func warnings() async throws {
    let server = try StubServer { _ in
      .bytes(
        "HTTP/1.1 200 OK\r\nBerth-Warning: one\r\nContent-Length: 2\r\nBERTH-WARNING: two%21\r\nX-Other: three\r\n\r\n{}"
      )
    }
    defer { server.stop() }
    let client = RuntimeClient(endpoint: server.endpoint)
    #expect(try await client.reply(to: RuntimeService.version, .init()).warnings == ["one", "two!"])
    _ = try await client.call(RuntimeService.version, .init())
    await client.shutdown()
  }
}
