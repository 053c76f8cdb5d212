import Dispatch
import Glibc

@testable import berthd

/// The client's end of a Unix socket, spoken to byte by byte; blocking, so on a queue of its own, and for so long only.
final class TestSocket: Sendable {
  let descriptor: CInt
  private let limit: Duration
  private let queue = DispatchQueue(label: "test socket")

  /// Connects. Whoever reads or writes later fails when nothing moves for as long as `patience`.
  init(_ path: String, patience: Duration = patience) throws {
    limit = patience
    descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    let result = withUnsafePointer(to: address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    guard result == 0 else { throw TestFailure("connect to \(path): \(String(cString: strerror(errno)))") }
    let (seconds, attoseconds) = patience.components
    var limit = timeval(tv_sec: Int(seconds), tv_usec: Int(attoseconds / 1_000_000_000_000))
    for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
      setsockopt(descriptor, SOL_SOCKET, option, &limit, socklen_t(MemoryLayout<timeval>.size))
    }
  }

  deinit { close(descriptor) }

  /// Sends text; what the other end no longer takes is dropped.
  func send(_ text: String) async { await send(Array(text.utf8)) }

  func send(_ bytes: [UInt8]) async {
    await onQueue { [descriptor] in
      var rest = bytes[...]
      while !rest.isEmpty {
        let count = rest.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
        guard count > 0 else { return }
        rest = rest.dropFirst(count)
      }
    }
  }

  /// Says that nothing more is sent.
  func finish() { shutdown(descriptor, Int32(SHUT_WR)) }

  /// Hangs up.
  func hangUp() { shutdown(descriptor, Int32(SHUT_RDWR)) }

  /// Reads one response: the head, and as much as `Content-Length` says.
  func response() async throws -> TestResponse {
    try await onQueue { [self] in
      var bytes: [UInt8] = []
      while true {
        if let response = TestResponse(bytes) { return response }
        guard try receive(into: &bytes) else { throw TestFailure("the connection ended after: \(text(of: bytes))") }
      }
    }
  }

  /// Reads until `word` has come, and gives all that came.
  func text(until word: String) async throws -> String {
    try await onQueue { [self] in
      var bytes: [UInt8] = []
      while true {
        let text = text(of: bytes)
        if text.range(of: word) != nil { return text }
        guard try receive(into: &bytes) else { throw TestFailure("the connection ended after: \(text)") }
      }
    }
  }

  /// Reads until the other end has closed, and gives all that came.
  func textUntilEnd() async throws -> String {
    // Reading and writing at once: on no queue that a writer waits for.
    try await Task.detached { [self] in
      var bytes: [UInt8] = []
      while try receive(into: &bytes) {}
      return text(of: bytes)
    }.value
  }

  /// Waits until the other end has closed.
  func waitForEnd() async throws {
    try await onQueue { [self] in
      var bytes: [UInt8] = []
      while try receive(into: &bytes) {}
    }
  }

  /// Reads once; false when the other end has closed.
  private func receive(into bytes: inout [UInt8]) throws -> Bool {
    var buffer = [UInt8](repeating: 0, count: 65536)
    let count = recv(descriptor, &buffer, buffer.count, 0)
    guard count >= 0 || errno == ECONNRESET else {
      let reason = errno == EAGAIN ? "nothing came for \(limit)" : String(cString: strerror(errno))
      throw TestFailure("\(reason), after: \(text(of: bytes))")
    }
    bytes += buffer.prefix(max(0, count))
    return count > 0
  }

  private func text(of bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

  private func onQueue<T: Sendable>(_ body: @escaping @Sendable () throws -> T) async throws -> T {
    let result: Result<T, any Error> = await withCheckedContinuation { continuation in
      queue.async { continuation.resume(returning: Result { try body() }) }
    }
    return try result.get()
  }

  private func onQueue(_ body: @escaping @Sendable () -> Void) async {
    await withCheckedContinuation { continuation in
      queue.async {
        body()
        continuation.resume()
      }
    }
  }
}

/// A socket that somebody listens at and nobody answers.
final class TestListener: Sendable {
  let path: String
  private let descriptor: CInt

  init(_ path: String) throws {
    self.path = path
    descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard let (name, length) = sockaddr_un.named(path) else { throw TestFailure("\(path) is too long") }
    let bound = withUnsafePointer(to: name) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, length) }
    }
    guard bound == 0, listen(descriptor, 1) == 0 else { throw TestFailure("\(path): nobody can listen there") }
  }

  deinit { close(descriptor) }
}

/// What a test could not do.
struct TestFailure: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}

/// A response as it came.
struct TestResponse: Sendable {
  let status: Int
  let headers: [String: String]
  let body: String

  /// `nil` while it is not whole.
  init?(_ bytes: [UInt8]) {
    let text = String(decoding: bytes, as: UTF8.self)
    guard let end = text.range(of: "\r\n\r\n") else { return nil }
    let lines = text[..<end.lowerBound].split(separator: "\r\n")
    status = Int(lines.first?.split(separator: " ").dropFirst().first ?? "") ?? 0
    var headers: [String: String] = [:]
    for line in lines.dropFirst() {
      let parts = line.split(separator: ":", maxSplits: 1)
      headers[parts[0].lowercased()] = parts.count > 1 ? String(parts[1].drop { $0 == " " }) : ""
    }
    self.headers = headers
    let rest = text[end.upperBound...]
    guard rest.utf8.count >= Int(headers["content-length"] ?? "0") ?? 0 else { return nil }
    body = String(rest)
  }
}

extension String {
  /// Foundation has it; a test needs no Foundation for one search.
  func range(of other: String) -> Range<Index>? {
    var start = startIndex
    while start < endIndex {
      if self[start...].hasPrefix(other) { return start..<index(start, offsetBy: other.count) }
      start = index(after: start)
    }
    return nil
  }
}
