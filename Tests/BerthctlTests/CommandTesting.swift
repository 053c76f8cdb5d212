import Foundation
import JSON
import RuntimeAPI

@testable import berthctl

/// What a command line wrote, and how it ended.
struct Outcome: Sendable {
  var status: Int32
  var output: String
  var errors: String
}

/// A suite that runs command lines, against a server that answers as it is told.
protocol CommandTesting {}

extension CommandTesting {
  func berthctl(
    _ arguments: [String], environment: [String: String] = [:], input: String = "", terminal: Bool = false
  ) async -> Outcome {
    let output = Sink()
    let errors = Sink()
    let surroundings = Surroundings(
      environment: environment,
      console: Console(
        write: { output.add($0) }, error: { errors.add($0.hasSuffix("\n") ? $0 : $0 + "\n") }, isTerminal: { terminal },
        terminalColumns: { nil }),
      now: { 1_000_000_000_000 }, readStandardInput: { Array(input.utf8) })
    let status = await Surroundings.$current.withValue(surroundings) { await Main.run(arguments) }
    return Outcome(status: status, output: output.content, errors: errors.content)
  }

  func withServer(
    _ handler: @escaping @Sendable (StubRequest) -> StubAnswer, _ body: (StubServer, [String]) async throws -> Void
  ) async throws {
    let server = try StubServer(handler)
    defer { server.stop() }
    try await body(server, ["-r", server.endpoint.description])
  }

  /// A server that lists these pods, and answers everything else as it is told.
  func withServer(
    pods: [CRI.PodSandbox], _ handler: @escaping @Sendable (StubRequest) -> StubAnswer,
    _ body: (StubServer, [String]) async throws -> Void
  ) async throws {
    let listed = Self.answer(CRI.ListPodSandboxResponse(items: pods))
    try await withServer(
      { request in
        request.path.hasSuffix("/ListPodSandbox") ? listed : handler(request)
      }, body)
  }

  static func answer(_ message: some Encodable) -> StubAnswer {
    .answer(status: 200, body: ProtoJSONEncoder().json(message).text())
  }

  static func error(_ code: ConnectCode, _ message: String) -> StubAnswer {
    .answer(status: code.httpStatus, body: ConnectError(code: code, message: message).json.text())
  }
}

private final class Sink: @unchecked Sendable {
  private let lock = NSLock()
  private var text = ""
  func add(_ more: String) { lock.withLock { text += more } }
  var content: String { lock.withLock { text } }
}
