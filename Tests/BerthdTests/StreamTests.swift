import RuntimeAPI
import Synchronization
import Testing

@testable import PodSandbox
@testable import berthd

/// Connect's server streams over a real socket.
@Suite(.timeLimit(.minutes(1))) struct StreamTests {
  private static let path = "/runtime.v1.RuntimeService/GetContainerEvents"
  private static let type = ["Content-Type: application/connect+json"]

  /// A stream that ends when the test says so, and tells when nobody reads it any more.
  private final class Tap: Sendable {
    let elements: AsyncStream<Int64>
    let continuation: AsyncStream<Int64>.Continuation
    let abandoned = Signal<Bool>()

    init() {
      (elements, continuation) = AsyncStream.makeStream()
      continuation.onTermination = { [abandoned] in
        if case .cancelled = $0 { abandoned.send(true) }
      }
    }

    var route: Route {
      Route(
        RuntimeService.getContainerEvents,
        encode: { ProtoJSONEncoder().encode(CRI.ContainerEventResponse(createdAt: $0)) }
      ) { _, _ in self.elements }
    }
  }

  private func envelope(_ message: String) -> String {
    String(decoding: Envelope(message: Array(message.utf8)).bytes, as: UTF8.self)
  }

  private func open(_ server: TestServer, headers: [String] = []) async throws -> TestSocket {
    let socket = try TestSocket(server.socket)
    await socket.send(TestServer.request(Self.path, envelope("{}"), headers: Self.type + headers))
    return socket
  }

  @Test func streamsEvents() async throws {
    let routes = RuntimeServiceRoutes(sandboxes: FakeSandboxes(), configuration: DaemonConfiguration()).routes
    try await TestServer.run(routes) { (server) async throws in
      let text = try await open(server).text(until: "\r\n0\r\n\r\n")
      #expect(text.hasPrefix("HTTP/1.1 200 OK\r\n"))
      #expect(text.lowercased().contains("content-type: application/connect+json\r\n"))
      let started =
        #"{"containerId":"id1","containerEventType":"CONTAINER_STARTED_EVENT","createdAt":"7","podSandboxStatus":{"id":"id1""#
      #expect(text.contains(started))
      let deleted = #"{"containerId":"id1","containerEventType":"CONTAINER_DELETED_EVENT","createdAt":"8"}"#
      #expect(text.contains("\0\0\0\0\(Character(Unicode.Scalar(UInt8(deleted.utf8.count))))\(deleted)"))
      #expect(text.contains("\u{2}\0\0\0\u{2}{}"))
    }
  }

  @Test func sendsEachMessageAtOnceAndTakesTheNextRequest() async throws {
    let tap = Tap()
    try await TestServer.run([tap.route, ConnectProtocolTests.version]) { (server) async throws in
      let socket = try await open(server)
      tap.continuation.yield(11)
      _ = try await socket.text(until: #""createdAt":"11"}"#)
      tap.continuation.yield(12)
      _ = try await socket.text(until: #""createdAt":"12"}"#)
      tap.continuation.finish()
      _ = try await socket.text(until: "\r\n0\r\n\r\n")
      await socket.send(TestServer.request(ConnectProtocolTests.path, "{}"))
      #expect(try await socket.response().status == 200)
      #expect(server.gate.inProgress == 0)
    }
  }

  @Test func endsWhenTheClientGoes() async throws {
    let tap = Tap()
    try await TestServer.run([tap.route]) { (server) async throws in
      let socket = try await open(server)
      tap.continuation.yield(1)
      _ = try await socket.text(until: #""createdAt":"1"}"#)
      socket.hangUp()
      #expect(try await tap.abandoned.value())
      try await soon { await server.gate.waitUntilIdle() }
    }
  }

  @Test func endsAtTheDeadline() async throws {
    let tap = Tap()
    try await TestServer.run([tap.route]) { (server) async throws in
      let socket = try await open(server, headers: ["Connect-Timeout-Ms: 20"])
      let text = try await socket.text(until: "\r\n0\r\n\r\n")
      #expect(text.contains(#"{"error":{"code":"deadline_exceeded""#))
    }
  }

  @Test func endsWithTheDaemon() async throws {
    let tap = Tap()
    try await TestServer.run([tap.route]) { (server) async throws in
      let socket = try await open(server)
      tap.continuation.yield(1)
      _ = try await socket.text(until: #""createdAt":"1"}"#)
      server.gate.drain()
      tap.continuation.finish()
      #expect(try await socket.text(until: "\r\n0\r\n\r\n").contains(#"{"error":{"code":"unavailable""#))
      let late = try await open(server)
      #expect(try await late.response().body.contains(#"{"error":{"code":"unavailable""#))
    }
  }

  @Test(arguments: [
    ("", "not one message"), ("{}", "not one message"), ("\0\0\0\0\u{2}{}\0", "not one message"),
    ("\u{1}\0\0\0\u{2}{}", "compressed"), ("\0\0\0\0\u{2}{]", "JSON"), ("\0\0\0\0\u{7}{\"a\":1}", "unknown field"),
  ])
  func refusesWhatIsNoMessage(body: String, word: String) async throws {
    try await TestServer.run([Tap().route]) { (server) async throws in
      let response = try await server.post(Self.path, body, headers: Self.type)
      #expect(response.status == 200)
      #expect(response.headers["content-type"] == "application/connect+json")
      #expect(response.body.hasPrefix("\u{2}\0\0") && response.body.contains(#"{"error":{"code":"invalid_argument""#))
      #expect(response.body.contains(word))
      #expect(server.gate.inProgress == 0)
    }
  }

  @Test func takesEachContentTypeOnlyWhereItBelongs() async throws {
    try await TestServer.run([Tap().route, ConnectProtocolTests.version]) { (server) async throws in
      let unary = try await server.post(Self.path, "{}")
      #expect(unary.status == 415)
      #expect(unary.headers["accept-post"] == "application/connect+json")
      let stream = try await server.post(ConnectProtocolTests.path, envelope("{}"), headers: Self.type)
      #expect(stream.status == 415)
    }
  }
}
