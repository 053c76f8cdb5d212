import RuntimeAPI
import Testing

@testable import berthd

/// The Connect protocol over a real socket.
@Suite(.timeLimit(.minutes(1))) struct ConnectProtocolTests {
  static let path = "/runtime.v1.RuntimeService/Version"
  static let version = Route(RuntimeService.version, [.exempt, .readOnly]) { request, _ in
    CRI.VersionResponse(version: request.version, runtimeName: "test")
  }

  /// A method that answers once `work` has ended.
  static func route(_ work: @escaping @Sendable () async -> Void) -> Route {
    Route(RuntimeService.version) { _, _ in
      await work()
      return CRI.VersionResponse()
    }
  }

  @Test func answersJSON() async throws {
    try await TestServer.run([Self.version]) { (server) async throws in
      let response = try await server.post(Self.path, #"{"version":"v1"}"#, headers: ["Connect-Protocol-Version: 1"])
      #expect(response.status == 200)
      #expect(response.headers["content-type"] == "application/json")
      #expect(response.headers["x-request-id"]?.utf8.count == 16)
      #expect(response.body == #"{"version":"v1","runtimeName":"test"}"#)
    }
  }

  @Test func keepsTheConnectionForTheNextRequest() async throws {
    try await TestServer.run([Self.version]) { (server) async throws in
      let socket = try TestSocket(server.socket)
      for number in 1...3 {
        await socket.send(TestServer.request(Self.path, #"{"version":"\#(number)"}"#))
        #expect(try await socket.response().body.contains("\"\(number)\""))
      }
    }
  }

  @Test(arguments: [
    ("text/plain", 415), ("application/proto", 415), ("application/json; charset=latin1", 415),
    ("application/json; charset=UTF-8", 200), ("APPLICATION/JSON", 200),
  ])
  func takesJSONOnly(type: String, status: Int) async throws {
    try await TestServer.run([Self.version]) { (server) async throws in
      let response = try await server.post(Self.path, "{}", headers: ["Content-Type: \(type)"])
      #expect(response.status == status)
      if status == 415 {
        #expect(response.headers["accept-post"] == "application/json")
        #expect(response.body.hasPrefix(#"{"code":"invalid_argument","message":"Content-Type \""#))
      }
    }
  }

  @Test func takesPostOnly() async throws {
    try await TestServer.run([Self.version]) { (server) async throws in
      let socket = try TestSocket(server.socket)
      await socket.send("GET \(Self.path) HTTP/1.1\r\nHost: b\r\n\r\n")
      let response = try await socket.response()
      #expect(response.status == 405)
      #expect(response.headers["allow"] == "POST")
      #expect(response.body.hasPrefix(#"{"code":"unimplemented""#))
    }
  }

  @Test func namesTheNearestMethod() async throws {
    try await TestServer.run([Self.version]) { (server) async throws in
      let response = try await server.post("/runtime.v1.RuntimeService/Versoin", "{}")
      #expect(response.status == 501)
      #expect(
        response.body
          == #"{"code":"unimplemented","message":"there is no method /runtime.v1.RuntimeService/Versoin; did you mean \#(Self.path)?"}"#
      )
      let other = try await server.post("/", "{}")
      #expect(other.status == 501)
      #expect(other.headers["content-type"] == "application/json")
    }
  }

  @Test(arguments: ["", "{", "null x", "[]", "\u{1}", #"{"version":5}"#])
  func refusesWhatIsNoMessage(body: String) async throws {
    try await TestServer.run([Self.version]) { (server) async throws in
      let response = try await server.post(Self.path, body)
      #expect(response.status == 400)
      #expect(response.body.hasPrefix(#"{"code":"invalid_argument","message":""#))
    }
  }

  @Test func namesAnUnknownField() async throws {
    try await TestServer.run([Self.version]) { (server) async throws in
      let response = try await server.post(Self.path, #"{"verison":"1"}"#)
      #expect(response.status == 400)
      #expect(response.body.contains("verison") && response.body.contains("version"))
    }
  }

  @Test func refusesBodiesThatAreEncodedOtherwise() async throws {
    try await TestServer.run([Self.version]) { (server) async throws in
      let response = try await server.post(Self.path, "{}", headers: ["Content-Encoding: br"])
      #expect(response.status == 501)
      #expect(response.headers["accept-encoding"] == "gzip")
      #expect(response.body.contains(#"content-encoding \"br\""#))
      #expect(try await server.post(Self.path, "{}", headers: ["Content-Encoding: identity"]).status == 200)
    }
  }

  @Test(arguments: [
    "Connect-Protocol-Version: 2", "Connect-Timeout-Ms: soon", "Connect-Timeout-Ms: 0",
    "Connect-Timeout-Ms: 12345678901",
  ])
  func refusesHeadersItDoesNotUnderstand(header: String) async throws {
    try await TestServer.run([Self.version]) { (server) async throws in
      let response = try await server.post(Self.path, "{}", headers: [header])
      #expect(response.status == 400)
      #expect(response.body.hasPrefix(#"{"code":"invalid_argument""#))
    }
  }

  @Test func answersPages() async throws {
    let pages: [String: ConnectServer.Page] = ["/healthz": { Answer(Array("ok\n".utf8), contentType: "text/plain") }]
    try await TestServer.run([], pages: pages) { (server) async throws in
      let socket = try TestSocket(server.socket)
      await socket.send("GET /healthz HTTP/1.1\r\nHost: b\r\n\r\n")
      let response = try await socket.response()
      #expect(response.status == 200 && response.body == "ok\n")
      #expect(try await server.post("/healthz", "").status == 405)
    }
  }
}
