import RuntimeAPI
import Testing

@testable import berthd

/// What bounds memory and time: bodies, deadlines, clients that are gone, requests at once.
@Suite(.timeLimit(.minutes(1))) struct RequestLimitsTests {
  static let path = ConnectProtocolTests.path

  @Test func refusesABodyThatIsTooLarge() async throws {
    try await TestServer.run([ConnectProtocolTests.version]) { (server) async throws in
      let body = #"{"version":""# + String(repeating: "x", count: 2 << 20) + #""}"#
      let response = try await server.post(Self.path, body)
      #expect(response.status == 429)
      #expect(
        response.body.hasPrefix(
          #"{"code":"resource_exhausted","message":"the request's body is larger than 1048576 bytes"#))
      #expect(try await server.post(Self.path, "{}").status == 200)
    }
  }

  @Test func refusesAChunkedBodyThatIsTooLarge() async throws {
    try await TestServer.run([ConnectProtocolTests.version]) { (server) async throws in
      let socket = try TestSocket(server.socket)
      await socket.send(
        "POST \(Self.path) HTTP/1.1\r\nHost: b\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n")
      let chunk = "10000\r\n" + String(repeating: " ", count: 0x10000) + "\r\n"
      for _ in 0..<17 { await socket.send(chunk) }
      let response = try await socket.response()
      #expect(response.status == 429)
      #expect(response.headers["connection"] == "close")
    }
  }

  @Test(arguments: [
    ([1024], 200), ([1025], 429), ([1024, 1], 429), ([1, 1023], 200), ([512, 512, 1], 429), ([1023, 1], 200),
    ([1023, 2], 429),
  ])
  func boundsAChunkedBodyToTheByte(chunks: [Int], status: Int) async throws {
    var limits = RequestLimits()
    limits.maxRequestBodyBytes = 1024
    try await TestServer.run([ConnectProtocolTests.version], limits: limits) { (server) async throws in
      let socket = try TestSocket(server.socket)
      await socket.send(
        "POST \(Self.path) HTTP/1.1\r\nHost: b\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n")
      var rest = ("{}" + String(repeating: " ", count: chunks.reduce(0, +) - 2))[...]
      for chunk in chunks {
        await socket.send("\(String(chunk, radix: 16))\r\n\(rest.prefix(chunk))\r\n")
        rest = rest.dropFirst(chunk)
      }
      await socket.send("0\r\n\r\n")
      let response = try await socket.response()
      #expect(response.status == status)
      if status == 429 { #expect(response.body.contains("larger than 1024 bytes")) }
    }
  }

  @Test func takesABodyOfJustTheLimit() async throws {
    var limits = RequestLimits()
    limits.maxRequestBodyBytes = 1024
    try await TestServer.run([ConnectProtocolTests.version], limits: limits) { (server) async throws in
      #expect(try await server.post(Self.path, "{}" + String(repeating: " ", count: 1022)).status == 200)
      #expect(try await server.post(Self.path, "{}" + String(repeating: " ", count: 1023)).status == 429)
    }
  }

  @Test func answersHalfABody() async throws {
    try await TestServer.run([ConnectProtocolTests.version]) { (server) async throws in
      let socket = try TestSocket(server.socket)
      await socket.send(TestServer.request(Self.path, #"{"version""#, length: 100))
      socket.finish()
      let response = try await socket.response()
      #expect(response.status == 400)
      #expect(
        response.body == #"{"code":"invalid_argument","message":"the request broke off after 10 bytes of its body"}"#)
    }
  }

  @Test func endsARequestThatDoesNotArrive() async throws {
    var limits = RequestLimits()
    limits.readTimeout = .milliseconds(50)
    try await TestServer.run([ConnectProtocolTests.version], limits: limits) { (server) async throws in
      let socket = try TestSocket(server.socket)
      await socket.send(TestServer.request(Self.path, #"{"version""#, length: 100))
      let response = try await socket.response()
      #expect(response.status == 408)
      #expect(response.body.hasPrefix(#"{"code":"deadline_exceeded""#))
      try await socket.waitForEnd()
    }
  }

  @Test func closesAnIdleConnection() async throws {
    var limits = RequestLimits()
    limits.idleTimeout = .milliseconds(50)
    try await TestServer.run([ConnectProtocolTests.version], limits: limits) { (server) async throws in
      let socket = try TestSocket(server.socket)
      await socket.send("POST \(Self.path) HTTP/1.1\r\nHos")
      try await socket.waitForEnd()
    }
  }

  @Test func answersAClientThatOnlyStoppedSending() async throws {
    let gate = Signal<Void>()
    let route = Route(RuntimeService.version) { _, _ in
      try await gate.value()
      return CRI.VersionResponse(version: "patient")
    }
    try await TestServer.run([route]) { (server) async throws in
      let socket = try TestSocket(server.socket)
      await socket.send(TestServer.request(Self.path, "{}"))
      socket.finish()
      gate.send()
      #expect(try await socket.response().body.contains("patient"))
    }
  }

  @Test func endsAtTheDeadlineAndCancelsTheWork() async throws {
    let cancelled = Signal<Bool>()
    let route = Route(RuntimeService.version) { _, _ in try await Self.wait(until: cancelled) }
    try await TestServer.run([route]) { (server) async throws in
      let response = try await server.post(Self.path, "{}", headers: ["Connect-Timeout-Ms: 30"])
      #expect(response.status == 504)
      #expect(response.body.hasPrefix(#"{"code":"deadline_exceeded""#))
      #expect(try await cancelled.value())
      try await soon { await server.gate.waitUntilIdle() }
    }
  }

  @Test func answersAtTheDeadlineEvenIfTheWorkGoesOn() async throws {
    let release = Signal<Void>()
    let route = Route(RuntimeService.version) { _, _ in
      await release.valueUncancelled()
      return CRI.VersionResponse()
    }
    try await TestServer.run([route]) { (server) async throws in
      defer { release.send() }
      let response = try await server.post(Self.path, "{}", headers: ["Connect-Timeout-Ms: 30"])
      #expect(response.status == 504)
      #expect(server.gate.inProgress == 1)
      release.send()
      try await soon { await server.gate.waitUntilIdle() }
    }
  }

  @Test func cancelsTheWorkOfAClientThatIsGone() async throws {
    let (begun, cancelled) = (Signal<Void>(), Signal<Bool>())
    let route = Route(RuntimeService.version) { _, _ in
      begun.send()
      return try await Self.wait(until: cancelled)
    }
    try await TestServer.run([route]) { (server) async throws in
      let socket = try TestSocket(server.socket)
      await socket.send(TestServer.request(Self.path, "{}"))
      try await begun.value()
      socket.hangUp()
      #expect(try await cancelled.value())
      try await soon { await server.gate.waitUntilIdle() }
    }
  }

  @Test func refusesOneRequestTooMany() async throws {
    var limits = RequestLimits()
    limits.maxConcurrentRequests = 2
    let (first, second) = (Signal<Void>(), Signal<Void>())
    let (releaseFirst, releaseSecond) = (Signal<Void>(), Signal<Void>())
    let waiting = Route(RuntimeService.status) { request, _ in
      (request.verbose ? first : second).send()
      try await (request.verbose ? releaseFirst : releaseSecond).value()
      return CRI.StatusResponse()
    }
    try await TestServer.run([waiting, ConnectProtocolTests.version], limits: limits) { (server) async throws in
      let path = "/runtime.v1.RuntimeService/Status"
      async let one = server.post(path, #"{"verbose":true}"#)
      try await first.value()
      async let two = server.post(path, "{}")
      try await second.value()
      let three = try await server.post(path, "{}")
      #expect(three.status == 429)
      #expect(three.body.hasPrefix(#"{"code":"resource_exhausted","message":"2 requests are in progress"#))
      #expect(try await server.post(Self.path, "{}").status == 200)
      releaseFirst.send()
      releaseSecond.send()
      #expect(try await [one.status, two.status] == [200, 200])
      #expect(try await server.post(Self.path, "{}").status == 200)
    }
  }

  /// Waits until it is cancelled, and says that it was.
  private static func wait(until cancelled: Signal<Bool>) async throws -> CRI.VersionResponse {
    do {
      try await Task.sleep(for: .seconds(60))
      cancelled.send(false)
    } catch {
      cancelled.send(true)
      throw error
    }
    return CRI.VersionResponse()
  }
}
