import RuntimeAPI
import Testing

@testable import berthd

/// What HTTP/1.1 asks of a server, and what is no HTTP at all.
@Suite(.timeLimit(.minutes(1))) struct HTTPTests {
  private static let path = ConnectProtocolTests.path
  private static let version = ConnectProtocolTests.version
  private static func request(_ number: Int, _ headers: [String] = []) -> String {
    TestServer.request(path, #"{"version":"\#(number)"}"#, headers: headers)
  }

  @Test func answersPipelinedRequestsInTheirOrder() async throws {
    try await TestServer.run([Self.version]) { (server) async throws in
      let socket = try TestSocket(server.socket)
      await socket.send(Self.request(1) + Self.request(2) + Self.request(3, ["Connection: close"]))
      let text = try await socket.textUntilEnd()
      let bodies = text.split(separator: "\r\n\r\n").dropFirst().map { $0.prefix { $0 != "H" } }
      #expect(bodies == (1...3).map { #"{"version":"\#($0)","runtimeName":"test"}"# })
    }
  }

  @Test(arguments: ["Connection: close", "connection: Close"])
  func closesAfterTheLastRequestAndAnswersNoneBehindIt(header: String) async throws {
    try await TestServer.run([Self.version]) { (server) async throws in
      let socket = try TestSocket(server.socket)
      await socket.send(Self.request(1, [header]) + Self.request(2))
      let text = try await socket.textUntilEnd()
      #expect(text.contains(#"{"version":"1""#) && !text.contains(#"{"version":"2""#))
      #expect(text.contains("connection: close\r\n"))
    }
  }

  @Test func answersARequestToSpeakSomethingElseAndCloses() async throws {
    try await TestServer.run([Self.version]) { (server) async throws in
      let socket = try TestSocket(server.socket)
      await socket.send(Self.request(1, ["Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: "]))
      let text = try await socket.textUntilEnd()
      #expect(text.contains(#"{"version":"1""#) && text.contains("connection: close\r\n"))
    }
  }

  @Test func refusesARequestWithoutAHost() async throws {
    try await TestServer.run([Self.version]) { (server) async throws in
      let socket = try TestSocket(server.socket)
      await socket.send(Self.request(1).replacing("Host: berth\r\n", with: ""))
      let text = try await socket.textUntilEnd()
      #expect(text.hasPrefix("HTTP/1.1 400 ") && text.contains("Host"))
    }
  }

  @Test func aDeadlineEndsTheWaitForTheBody() async throws {
    try await TestServer.run([Self.version]) { (server) async throws in
      let socket = try TestSocket(server.socket)
      await socket.send(TestServer.request(Self.path, "{", headers: ["Connect-Timeout-Ms: 50"], length: 10))
      let text = try await socket.textUntilEnd()
      #expect(text.contains("deadline_exceeded") && text.contains("before the request had arrived"))
    }
  }

  @Test func closesAfterAnOldClientsRequest() async throws {
    try await TestServer.run([Self.version]) { (server) async throws in
      let socket = try TestSocket(server.socket)
      await socket.send(Self.request(1).replacing("HTTP/1.1", with: "HTTP/1.0"))
      let text = try await socket.textUntilEnd()
      #expect(text.hasPrefix("HTTP/1.0 200") && text.contains(#"{"version":"1""#))
    }
  }

  @Test(arguments: [
    "GARBAGE\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "POST /x HTTP/1.1\r\nHost: b\r\nContent-Length: -1\r\n\r\n",
    "POST /x HTTP/1.1\r\nBad Header: 1\r\n\r\n", "\u{16}\u{3}\u{1}\u{2}\0", "{\"json\":true}\n\n",
    "POST /x HTTP/1.1\r\nHost: b\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
  ])
  func answersWhatIsNoRequestWithAConnectErrorAndCountsIt(text: String) async throws {
    try await TestServer.run([Self.version]) { (server) async throws in
      let socket = try TestSocket(server.socket)
      await socket.send(text)
      let answer = try await socket.textUntilEnd()
      #expect(answer.hasPrefix("HTTP/1.1 400 "))
      #expect(answer.contains(#"{"code":"invalid_argument","message":""#))
      #expect(server.log.lines.contains { $0.contains("malformed") && $0.contains("invalid_argument") })
      #expect(server.registry.text.contains(#"berth_requests_total{method="malformed",code="invalid_argument"} 1"#))
      #expect(try await server.post(Self.path, "{}").status == 200)
    }
  }

  @Test func refusesAHeadThatIsTooLong() async throws {
    try await TestServer.run([Self.version]) { (server) async throws in
      let socket = try TestSocket(server.socket)
      await socket.send("GET / HTTP/1.1\r\nX: \(String(repeating: "x", count: 100_000))\r\n\r\n")
      #expect(try await socket.textUntilEnd().hasPrefix("HTTP/1.1 431 "))
    }
  }

  @Test(arguments: ["", "POST ", "POST /x HTTP/1.1\r\nHost: b\r\nContent-Le"])
  func endsAHeadThatDoesNotArrive(beginning: String) async throws {
    var limits = RequestLimits()
    limits.readTimeout = .milliseconds(50)
    limits.idleTimeout = .milliseconds(beginning.isEmpty ? 50 : 60_000)
    try await TestServer.run([Self.version], limits: limits) { (server) async throws in
      let socket = try TestSocket(server.socket)
      await socket.send(beginning)
      let answer = try await socket.textUntilEnd()
      #expect(beginning.isEmpty ? answer.isEmpty : answer.hasPrefix("HTTP/1.1 408 "))
    }
    // Behind a whole request it counts as idleness, until more comes.
    limits.idleTimeout = .milliseconds(50)
    try await TestServer.run([Self.version], limits: limits) { (server) async throws in
      let second = try TestSocket(server.socket)
      await second.send(Self.request(1) + beginning)
      #expect(try await second.textUntilEnd().contains(#"{"version":"1""#))
    }
  }

  @Test func aHeadThatDribblesIsNoneThatArrives() async throws {
    var limits = RequestLimits()
    limits.readTimeout = .milliseconds(200)
    try await TestServer.run([Self.version], limits: limits) { (server) async throws in
      let socket = try TestSocket(server.socket)
      let dribble = Task {
        for byte in "POST \(Self.path) HTTP/1.1\r\nHost: b\r\nX: \(String(repeating: "y", count: 10_000))" {
          await socket.send(String(byte))
          try await Task.sleep(for: .milliseconds(10))
        }
      }
      #expect(try await socket.textUntilEnd().hasPrefix("HTTP/1.1 408 "))
      dribble.cancel()
    }
  }

  @Test func takesAbsoluteTargetsAndQueries() async throws {
    try await TestServer.run([Self.version]) { (server) async throws in
      for target in ["http://berth\(Self.path)", "\(Self.path)?a=b", "https://berth\(Self.path)?x"] {
        #expect(try await server.post(target, "{}").status == 200)
      }
      #expect(try await server.post("http://berth", "{}").status == 501)
    }
  }

  @Test func saysGoOnBeforeTheBody() async throws {
    try await TestServer.run([Self.version]) { (server) async throws in
      let socket = try TestSocket(server.socket)
      await socket.send(TestServer.request(Self.path, "", headers: ["Expect: 100-continue"], length: 2))
      #expect(try await socket.text(until: "\r\n\r\n").hasPrefix("HTTP/1.1 100 "))
      await socket.send("{}")
      #expect(try await socket.response().status == 200)
    }
  }

  /// gzip's output for `{"version":"g"}`.
  private static let packed: [UInt8] = [
    31, 139, 8, 0, 0, 0, 0, 0, 2, 3, 171, 86, 42, 75, 45, 42, 206, 204, 207, 83, 178, 82, 74, 87, 170, 5, 0, 211, 233,
    115, 127, 15, 0, 0, 0,
  ]

  private func post(_ server: TestServer, _ body: [UInt8], _ headers: [String]) async throws -> TestResponse {
    let socket = try TestSocket(server.socket)
    await socket.send(TestServer.request(Self.path, "", headers: headers, length: body.count))
    await socket.send(body)
    return try await socket.response()
  }

  @Test func takesGzip() async throws {
    try await TestServer.run([Self.version]) { (server) async throws in
      let response = try await post(server, Self.packed, ["Content-Encoding: gzip"])
      #expect(response.status == 200 && response.body.contains(#""version":"g""#))
    }
  }

  @Test(arguments: [0, 1, 10, 20, 30]) func refusesGzipThatIsNone(cut: Int) async throws {
    try await TestServer.run([Self.version]) { (server) async throws in
      for body in [Array(Self.packed.prefix(cut)), Self.packed + [0], Array("{}".utf8), Self.packed + Self.packed] {
        let response = try await post(server, body, ["Content-Encoding: gzip"])
        #expect(response.status == 400 && response.body.contains("not one gzip stream"), "\(body.count)")
      }
    }
  }

  @Test func boundsWhatGzipHolds() async throws {
    var limits = RequestLimits()
    limits.maxRequestBodyBytes = 35
    try await TestServer.run([Self.version], limits: limits) { (server) async throws in
      #expect(try await post(server, Self.packed, ["Content-Encoding: gzip"]).status == 200)
    }
    limits.maxRequestBodyBytes = 38
    // 4096 zeros.
    let bomb: [UInt8] = [
      31, 139, 8, 0, 0, 0, 0, 0, 2, 3, 237, 193, 1, 13, 0, 0, 0, 194, 160, 247, 79, 109, 15, 7, 20, 0, 0, 0, 240, 110,
      17, 0, 28, 199, 0, 16, 0, 0,
    ]
    try await TestServer.run([Self.version], limits: limits) { (server) async throws in
      let response = try await post(server, bomb, ["Content-Encoding: gzip"])
      #expect(response.status == 429 && response.body.contains("larger than 38 bytes when unpacked"))
    }
  }

  @Test func namesAMethodOnlyWhereItIsNear() async throws {
    try await TestServer.run([Self.version]) { (server) async throws in
      for (name, isNear) in [("Versio", true), ("ExecSync", false), ("Status", false)] {
        let body = try await server.post("/runtime.v1.RuntimeService/\(name)", "{}").body
        #expect(body.contains("did you mean") == isNear, "\(body)")
      }
      #expect(try await server.post("/runtime.v1.RuntimeServic/Version", "{}").body.contains("did you mean"))
    }
  }
}
