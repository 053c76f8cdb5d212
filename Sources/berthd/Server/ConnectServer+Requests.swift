import HTTPTypes
import Hummingbird
import NIOCore
import NIOHTTP1
import RuntimeAPI

extension ConnectServer {
  /// The page that is asked for, if it is one.
  func page(for request: Request) throws(Refusal) -> Page? {
    guard let page = pages[request.uri.path] else { return nil }
    guard request.method == .get || request.method == .head else {
      throw Refusal(
        .unimplemented, "\(request.method.rawValue) is not served at \(request.uri.path); use GET", status: 405,
        headers: [("allow", "GET")])
    }
    return page
  }

  /// The route of a request whose head is as the Connect protocol wants it.
  func admissible(_ request: Request, _ route: Route?, _ timeout: RequestTimeout) throws(Refusal) -> Route {
    guard let route else { throw unknown(request.uri.path) }
    guard request.method == .post else {
      throw Refusal(
        .unimplemented, "\(request.method.rawValue) is not served at \(route.path); use POST", status: 405,
        headers: [("allow", "POST")])
    }
    let contentType = request.headers[.contentType]
    guard contentType.map({ MediaType.matches($0, route.contentType) }) ?? false else {
      let found = contentType.map { "Content-Type \"\($0)\" is not served" } ?? "Content-Type is missing"
      throw Refusal(
        .invalidArgument, "\(found); send JSON with \"Content-Type: \(route.contentType)\"", status: 415,
        headers: [("accept-post", route.contentType)])
    }
    let encodings = [request.headers[.contentEncoding], request.header("connect-content-encoding")]
    if let encoding = encodings.lazy.compactMap({ $0 }).first(where: { $0.lowercased() != "identity" }) {
      throw Refusal(
        .unimplemented, "Content-Encoding \"\(encoding)\" is not served; send the body as it is",
        headers: [("accept-encoding", "identity")])
    }
    if let version = request.header("connect-protocol-version"), version != "1" {
      throw Refusal(.invalidArgument, "Connect-Protocol-Version \"\(version)\" is not served; it must be \"1\"")
    }
    if case .invalid(let text) = timeout {
      throw Refusal(
        .invalidArgument, "Connect-Timeout-Ms \"\(text)\" is not a number of milliseconds, 1 to 10 digits and above 0")
    }
    if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > limits.maxRequestBodyBytes {
      throw tooLarge()
    }
    return route
  }

  /// The whole body, at most `maxRequestBodyBytes` long and arrived by the deadline and within the read timeout.
  func read(
    _ request: Request, deadline: SuspendingClock.Instant?, on executor: EventLoopExecutor
  ) async throws -> [UInt8] {
    let now = SuspendingClock.now
    let latest = now.advanced(by: limits.readTimeout)
    let end = deadline.map { min($0, latest) } ?? latest
    let arrival = Task(executorPreference: executor) { try await collect(request) }
    let alarm = executor.eventLoop.scheduleTask(in: TimeAmount(end - now)) { arrival.cancel() }
    defer { alarm.cancel() }
    do {
      return try await withTaskCancellationHandler {
        try await arrival.value
      } onCancel: {
        arrival.cancel()
      }
    } catch is CancellationError where SuspendingClock.now >= end {
      if end == deadline { throw Refusal(.deadlineExceeded, "the deadline passed before the request had arrived") }
      throw Refusal(
        .deadlineExceeded,
        "the request had not arrived after \(limits.readTimeout), as long as requestReadTimeout allows",
        status: 408)
    }
  }

  private func collect(_ request: Request) async throws -> [UInt8] {
    var body: [UInt8] = []
    do {
      for try await buffer in request.body {
        guard body.count + buffer.readableBytes <= limits.maxRequestBodyBytes else { throw tooLarge() }
        body.append(contentsOf: buffer.readableBytesView)
      }
    } catch is HTTPParserError {
      throw Refusal(.invalidArgument, "the request broke off after \(body.count) bytes of its body")
    }
    return body
  }

  private func tooLarge() -> Refusal {
    Refusal(
      .resourceExhausted,
      "the request's body is larger than \(limits.maxRequestBodyBytes) bytes, as many as maxRequestBodyBytes allows")
  }

  private func unknown(_ path: String) -> Refusal {
    let nearest = NearestName.of(path, among: Array(routes.keys)).map { "; did you mean \($0)?" } ?? ""
    return Refusal(.unimplemented, "there is no method \(path)\(nearest)")
  }
}

/// What `Connect-Timeout-Ms` says.
enum RequestTimeout: Equatable {
  case none
  case after(Duration)
  case invalid(String)

  /// The time the client gives; `nil` when it does not say or says nonsense.
  var duration: Duration? { if case .after(let duration) = self { duration } else { nil } }

  init(_ text: String?) {
    guard let text else {
      self = .none
      return
    }
    let isNumber = (1...10).contains(text.utf8.count) && text.utf8.allSatisfy { (48...57).contains($0) }
    guard isNumber, let milliseconds = Int(text), milliseconds > 0 else {
      self = .invalid(text)
      return
    }
    self = .after(.milliseconds(milliseconds))
  }
}

/// Media types as `Content-Type` has them.
enum MediaType {
  /// Whether `text` is the JSON type `wanted`, in UTF-8 if it says so at all.
  static func matches(_ text: String, _ wanted: String) -> Bool {
    // As most clients write it.
    if text == wanted { return true }
    let parts = text.lowercased().split(separator: ";").map { $0.filter { $0 != " " && $0 != "\t" && $0 != "\"" } }
    guard parts.first == wanted else { return false }
    return parts.dropFirst().allSatisfy { !$0.hasPrefix("charset=") || $0 == "charset=utf-8" }
  }
}

extension Request {
  /// The value of a header that HTTPTypes has no name for.
  func header(_ name: String) -> String? { headers.first { $0.name.canonicalName == name }?.value }

  /// How long the client waits.
  var timeout: RequestTimeout { RequestTimeout(header("connect-timeout-ms")) }

  /// Whether the client waits for a go-ahead before it sends the body.
  var expectsContinue: Bool { headers[.expect]?.lowercased() == "100-continue" }
}
