import JSON
import RuntimeAPI
import Testing

@Suite("the client")
struct RuntimeClientTests {
  private func withClient<Result>(
    _ handler: @escaping @Sendable (StubRequest) -> StubAnswer,
    _ body: (RuntimeClient, StubServer) async throws -> Result
  ) async throws -> Result {
    let server = try StubServer(handler)
    defer { server.stop() }
    let client = RuntimeClient(endpoint: server.endpoint)
    do {
      let result = try await body(client, server)
      await client.shutdown()
      return result
    } catch {
      await client.shutdown()
      throw error
    }
  }

  private func failure(_ client: RuntimeClient, deadline: Duration? = nil) async -> ConnectError? {
    do {
      _ = try await client.call(
        RuntimeService.version, .init(version: "v1"), deadline: deadline, patience: .milliseconds(20))
      return nil
    } catch {
      return error
    }
  }

  @Test("a call is a Connect request, and its answer is decoded, fields of later releases dropped")
  func call() async throws {
    try await withClient({ _ in .answer(status: 200, body: #"{"runtimeName":"berth","later":{}}"#) }) {
      client, server in
      let answer = try await client.call(RuntimeService.version, .init(version: "v1"), deadline: .seconds(5))
      #expect(answer.runtimeName == "berth")
      let request = try #require(server.requests.first)
      #expect(request.path == "/runtime.v1.RuntimeService/Version")
      #expect(request.body == #"{"version":"v1"}"#)
      #expect(request.headers["content-type"] == "application/json")
      #expect(request.headers["connect-protocol-version"] == "1")
      #expect(request.headers["connect-timeout-ms"] == "5000")
    }
  }

  @Test("without a deadline none is sent")
  func noDeadline() async throws {
    try await withClient({ _ in .answer(status: 200, body: "{}") }) { client, server in
      _ = try await client.call(RuntimeService.version, .init())
      #expect(server.requests.first?.headers["connect-timeout-ms"] == nil)
    }
  }

  @Test("many calls at once get their own answers")
  func concurrent() async throws {
    let echo = RPC<CRI.StopPodSandboxRequest, CRI.RunPodSandboxResponse>(service: "test", method: "Echo")
    try await withClient({ .answer(status: 200, body: $0.body) }) { client, _ in
      try await withThrowingTaskGroup { group in
        for id in (0..<50).map(String.init) {
          group.addTask { (id, try await client.call(echo, .init(podSandboxId: id)).podSandboxId) }
        }
        for try await (sent, received) in group { #expect(sent == received) }
      }
    }
  }

  @Test("a large answer arrives whole")
  func largeAnswer() async throws {
    let name = String(repeating: "x", count: 3 << 20)
    try await withClient({ _ in .answer(status: 200, body: #"{"runtimeName":"\#(name)"}"#) }) { client, _ in
      let answer = try await client.call(RuntimeService.version, .init())
      #expect(answer.runtimeName == name)
    }
  }

  @Test(
    "what the runtime itself says is read whatever marks and numbers are in it: a plugin's words, an older pod's labels"
  )
  func markedAnswer() async throws {
    let marks = "e" + String(repeating: "\u{301}", count: 1000)
    let more = String(repeating: "1", count: 2000)
    try await withClient({ _ in
      .answer(status: 200, body: #"{"runtimeName":"\#(marks)","\#(marks)":\#(more)}"#)
    }) { client, _ in
      let answer = try await client.call(RuntimeService.version, .init())
      #expect(answer.runtimeName == marks)
    }
    let error = ConnectError(code: .internal, message: marks)
    try await withClient({ _ in .answer(status: 500, body: error.json.text()) }) { client, _ in
      #expect(await failure(client) == error)
    }
  }

  @Test("the runtime's error is thrown as it is")
  func connectError() async throws {
    let report = UndoReport(podSandboxId: "ab", undo: [.init(step: "StartPause", outcome: "ok")])
    let error = ConnectError(code: .alreadyExists, message: "taken", details: [report.detail])
    try await withClient({ _ in .answer(status: 409, body: error.json.text()) }) { client, _ in
      #expect(await failure(client) == error)
    }
  }

  @Test("a server that is not berthd is named as such")
  func otherServer() async throws {
    try await withClient({ _ in .answer(status: 404, body: "<html>") }) { client, _ in
      let error = await failure(client)
      #expect(error?.code == .unimplemented)
      #expect(error?.message.contains("HTTP status 404") == true)
    }
    try await withClient({ _ in .answer(status: 200, body: "<html>") }) { client, _ in
      #expect(await failure(client)?.code == .internal)
    }
    try await withClient({ _ in .bytes("SSH-2.0-x\r\n") }) { client, _ in
      #expect(await failure(client)?.code == .unavailable)
    }
  }

  @Test("half an answer is an error", arguments: ["", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{", "HTTP/1.1 2"])
  func halfAnAnswer(_ bytes: String) async throws {
    try await withClient({ _ in .bytes(bytes) }) { client, _ in
      let error = await failure(client)
      #expect(error?.code == .unavailable)
      #expect(error?.message.contains("unix:///tmp/berth-stub-") == true)
    }
  }

  @Test("silence beyond the deadline is deadline_exceeded")
  func deadline() async throws {
    try await withClient({ _ in .silence }) { client, _ in
      let error = await failure(client, deadline: .milliseconds(30))
      #expect(error?.code == .deadlineExceeded)
      #expect(error?.message.contains("in time") == true)
    }
  }

  @Test("a cancelled task is answered at once")
  func cancellation() async throws {
    try await withClient({ _ in .silence }) { client, _ in
      let task = Task { await failure(client) }
      task.cancel()
      #expect(await task.value?.code == .canceled)
    }
  }

  @Test("what is wrong with a socket is said for people")
  func unreachable() async throws {
    let missing = RuntimeClient(endpoint: Endpoint(path: "/nonexistent/berth.sock"))
    let error = await failure(missing)
    #expect(error?.code == .unavailable)
    #expect(
      error?.message.hasPrefix("cannot reach berthd at unix:///nonexistent/berth.sock: there is no such socket") == true
    )
    await missing.shutdown()

    let long = RuntimeClient(endpoint: Endpoint(path: "/" + String(repeating: "x", count: 200)))
    #expect(await failure(long)?.code == .invalidArgument)
    await long.shutdown()
  }

  @Test("endpoints are Unix sockets only")
  func endpoints() throws {
    for text in ["unix:///a/b", "unix:/a/b", "/a/b"] { #expect(try Endpoint(parsing: text).path == "/a/b") }
    for text in ["", "tcp://x", "unix://a", "a/b", "http:///a", "unix://"] {
      #expect(throws: ConnectError.self) { try Endpoint(parsing: text) }
    }
  }
}
