import Glibc
import Logging
import Metrics
import RuntimeAPI
import ServiceLifecycle
import Synchronization

@testable import berthd

/// A Connect server on a socket of its own in a directory of its own.
struct TestServer: Sendable {
  let socket: String
  let gate: AdmissionGate
  let log: LogRecorder
  let registry: PrometheusRegistry

  /// Runs `body` against a server with these routes, then shuts it down. When the server does not listen or end within
  /// `patience`, the test fails; what hangs in it is left alone.
  static func run(
    _ routes: [Route], limits: RequestLimits = RequestLimits(), pages: [String: ConnectServer.Page] = [:],
    socketName: String = "s.sock", patience: Duration = patience, _ body: (TestServer) async throws -> Void
  ) async throws {
    try await TemporaryDirectory.with { directory in
      let log = LogRecorder()
      let registry = PrometheusRegistry()
      let gate = AdmissionGate(limit: limits.maxConcurrentRequests)
      let server = TestServer(socket: "\(directory)/\(socketName)", gate: gate, log: log, registry: registry)
      let connect = ConnectServer(
        routes: routes, pages: pages, limits: limits, gate: gate,
        accessLog: AccessLog(logger: log.logger, metrics: RequestMetrics(factory: registry)))
      let (listening, ended) = (Signal<Void>(), Signal<Result<Void, any Error>>())
      let service = connect.service(socket: server.socket, eventLoop: testEventLoop()) {
        listening.send()
      }
      let group = ServiceGroup(configuration: ServiceGroupConfiguration(services: [service], logger: log.quiet))
      Task {
        do { ended.send(.success(try await group.run())) } catch { ended.send(.failure(error)) }
        listening.send()  // a server that could not listen says why at its end
      }
      try await listening.value(within: patience)
      do {
        try await body(server)
      } catch {
        gate.abort()
        await group.triggerGracefulShutdown()
        // The test has failed already; that its server does not end either need not hide why.
        _ = try? await ended.value(within: patience)
        throw error
      }
      await group.triggerGracefulShutdown()
      try await ended.value(within: patience).get()
    }
  }

  /// Posts JSON on a connection of its own.
  func post(_ path: String, _ body: String, headers: [String] = []) async throws -> TestResponse {
    let socket = try TestSocket(self.socket)
    await socket.send(Self.request(path, body, headers: headers))
    return try await socket.response()
  }

  /// A request's bytes; `Content-Type` is JSON unless `headers` has one.
  static func request(_ path: String, _ body: String, headers: [String] = [], length: Int? = nil) -> String {
    let type = headers.contains { $0.lowercased().hasPrefix("content-type") } ? [] : ["Content-Type: application/json"]
    let lines =
      ["POST \(path) HTTP/1.1", "Host: berth", "Content-Length: \(length ?? body.utf8.count)"] + type + headers
    return lines.joined(separator: "\r\n") + "\r\n\r\n" + body
  }
}

/// Log entries as a test sees them.
final class LogRecorder: Sendable {
  private let entries = Mutex<[String]>([])

  /// The lines so far.
  var lines: [String] { entries.withLock { $0 } }

  /// A logger at `debug` whose lines are kept.
  var logger: Logger {
    let destination = LogDestination(isJournal: false) { line in self.entries.withLock { $0.append(line) } }
    return Logger(label: "test") {
      StandardErrorLog(label: $0, level: .debug, format: .text, destination: destination)
    }
  }

  /// A logger that tells nothing.
  var quiet: Logger { Logger(label: "quiet") { _ in SwiftLogNoOpLogHandler() } }
}

/// A directory for one test.
enum TemporaryDirectory {
  static func with<T>(_ body: (String) async throws -> T) async throws -> T {
    var template = Array("/tmp/berthd-test-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw TestFailure("mkdtemp") }
    let path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    defer { remove(path) }
    return try await body(path)
  }

  /// Removes the directory with the files in it, one level deep: tests make no more.
  private static func remove(_ path: String) {
    if let directory = opendir(path) {
      while let entry = readdir(directory) {
        let name = withUnsafePointer(to: &entry.pointee.d_name) {
          $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
        }
        if name != "." && name != ".." && unlink("\(path)/\(name)") != 0 { rmdir("\(path)/\(name)") }
      }
      closedir(directory)
    }
    rmdir(path)
  }
}
