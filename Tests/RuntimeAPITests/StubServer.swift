import Foundation
import RuntimeAPI
import Testing

/// What a client posted.
struct StubRequest: Sendable {
  var path: String
  var headers: [String: String]
  var body: String
}

/// How a stub answers.
enum StubAnswer: Sendable {
  /// A whole HTTP answer.
  case answer(status: Int, body: String)
  /// Bytes as they are, then the end.
  case bytes(String)
  /// Nothing, until the client goes.
  case silence
}

/// A server on a Unix socket of its own that answers each request as it is told; its thread and socket end with `stop`.
final class StubServer: @unchecked Sendable {
  let endpoint: Endpoint
  private let directory: String
  private let descriptor: CInt
  private let lock = NSLock()
  private var received: [StubRequest] = []
  private let handler: @Sendable (StubRequest) -> StubAnswer

  init(_ handler: @escaping @Sendable (StubRequest) -> StubAnswer) throws {
    self.handler = handler
    var template = Array("/tmp/berth-stub-XXXXXX".utf8CString)
    directory = try #require(mkdtemp(&template).map { String(cString: $0) })
    endpoint = Endpoint(path: directory + "/s.sock")
    descriptor = socket(AF_UNIX, CInt(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: endpoint.path.utf8) }
    let bound = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    try #require(bound == 0 && listen(descriptor, 16) == 0)
    Thread.detachNewThread { [self] in serve() }
  }

  /// What was asked so far.
  var requests: [StubRequest] { lock.withLock { received } }

  /// Ends the server and removes its socket.
  func stop() {
    shutdown(descriptor, CInt(SHUT_RDWR))  // wakes accept, which closes
    unlink(endpoint.path)
    rmdir(directory)
  }

  private func serve() {
    defer { close(descriptor) }
    while true {
      let connection = accept(descriptor, nil, nil)
      guard connection >= 0 else { return }
      Thread.detachNewThread { [self] in
        defer { close(connection) }
        guard let request = Self.read(connection) else { return }
        lock.withLock { received.append(request) }
        switch handler(request) {
        case .answer(let status, let body):
          let head =
            "HTTP/1.1 \(status) Stub\r\nContent-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n\r\n"
          Self.write(head + body, connection)
        case .bytes(let bytes): Self.write(bytes, connection)
        case .silence:
          var byte: UInt8 = 0
          _ = Foundation.read(connection, &byte, 1)  // returns when the client is gone
        }
      }
    }
  }

  private static func read(_ connection: CInt) -> StubRequest? {
    var text = ""
    var buffer = [UInt8](repeating: 0, count: 65536)
    while true {
      if let head = text.range(of: "\r\n\r\n") {
        let lines = text[..<head.lowerBound].components(separatedBy: "\r\n")
        let headers = Dictionary(
          lines.dropFirst().map { line -> (String, String) in
            let parts = line.split(separator: ":", maxSplits: 1)
            return (parts[0].lowercased(), parts[1].trimmingCharacters(in: .whitespaces))
          }, uniquingKeysWith: { $1 })
        let body = String(text[head.upperBound...])
        if body.utf8.count >= Int(headers["content-length"] ?? "0") ?? 0 {
          return StubRequest(path: lines[0].components(separatedBy: " ")[1], headers: headers, body: body)
        }
      }
      let count = Foundation.read(connection, &buffer, buffer.count)
      guard count > 0 else { return nil }
      text += String(decoding: buffer.prefix(count), as: UTF8.self)
    }
  }

  private static func write(_ text: String, _ connection: CInt) {
    _ = Array(text.utf8).withUnsafeBytes { send(connection, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL)) }
  }
}
