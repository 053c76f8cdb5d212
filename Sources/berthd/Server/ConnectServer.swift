import NIOCore
import NIOHTTP1
import RuntimeAPI
import ServiceLifecycle

/// The Connect protocol with JSON over HTTP/1.1, unary calls and server streams: finds the route, reads the body, waits for
/// the handler, answers.
///
/// Whatever is asked, the answer is what was asked for or a Connect error, never a parser's plain text.
struct ConnectServer: Sendable {
  /// What answers GET at one path.
  typealias Page = @Sendable () -> Answer

  /// What a request's head asks for.
  enum Target: Sendable {
    case page(Page)
    case route(Route, RequestBody.Encoding)
    /// Nothing that there is.
    case nothing
  }

  /// The methods by path.
  let routes: [String: Route]
  /// The pages by path.
  let pages: [String: Page]
  let limits: RequestLimits
  let gate: AdmissionGate
  let accessLog: AccessLog

  init(routes: [Route], pages: [String: Page] = [:], limits: RequestLimits, gate: AdmissionGate, accessLog: AccessLog) {
    self.routes = Dictionary(routes.map { ($0.path, $0) }) { first, _ in first }
    self.pages = pages
    self.limits = limits
    self.gate = gate
    self.accessLog = accessLog
  }

  /// The service that listens at `socket` and answers until it is shut down, all on one event loop.
  ///
  /// - Parameter onListening: called once the socket is bound, before the first connection is taken.
  func service(
    socket: String, eventLoop: any EventLoop, onListening: @escaping @Sendable () async -> Void
  ) -> any Service {
    ListeningService(server: self, socket: socket, eventLoop: eventLoop, onListening: onListening)
  }

  /// What a request gets that is not all there when its time is over.
  var lateAnswer: Answer {
    Answer(
      ConnectError(
        code: .deadlineExceeded,
        message: "the request had not arrived after \(limits.readTimeout), as long as requestReadTimeout allows"),
      status: 408)
  }

  /// What something gets that is no request.
  func malformedAnswer(_ error: any Error) -> Answer {
    let reason = (error as? HTTPParserError).map { "\($0)" } ?? "unknown"
    let isTooLong = error as? HTTPParserError == .headerOverflow
    return Answer(
      ConnectError(code: .invalidArgument, message: "this is no HTTP/1.1 request that is served here: \(reason)"),
      status: isTooLong ? 431 : 400)
  }
}
