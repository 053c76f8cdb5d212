import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import RuntimeAPI
import ServiceLifecycle

/// The Connect protocol with JSON over HTTP/1.1, unary calls and server streams: finds the route, reads the body, waits for
/// the handler, answers.
///
/// Whatever is asked, the answer is what was asked for or a Connect error, never a router's plain text.
struct ConnectServer: Sendable {
  /// What answers GET at one path.
  typealias Page = @Sendable () async -> Answer

  /// The methods by path.
  let routes: [String: Route]
  /// The pages by path.
  let pages: [String: Page]
  let limits: RequestLimits
  let gate: AdmissionGate
  let accessLog: AccessLog

  /// How long the rest of a body is read and thrown away after an early answer, so that the answer arrives.
  private static let lingering = TimeAmount.seconds(5)

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
    socket: String, eventLoop: any EventLoop, logger: Logger,
    onListening: @escaping @Sendable () async -> Void
  ) throws -> any Service {
    let channel = HTTP1Channel.Configuration(
      additionalChannelHandlers: [ConnectionHandler()], idleTimeout: TimeAmount(limits.idleTimeout),
      httpDecoderConfiguration: .init(
        maxHeaderFieldSize: 16 << 10, maxHeaderListSize: 32 << 10, maxHeaderFieldCount: 100))
    // Hummingbird tells of every connection; what matters is in the access log.
    var quiet = logger
    quiet.logLevel = max(logger.logLevel, .warning)
    let configuration = ServerConfiguration(
      address: .unixDomainSocket(path: socket),
      availableConnectionsDelegate: .maximum(limits.maxConnections, logger: quiet))
    let executor = EventLoopExecutor(eventLoop)
    let server = try HTTPServerBuilder.http1(configuration: channel).buildServer(
      configuration: configuration, eventLoopGroup: eventLoop, logger: quiet,
      responder: { request, writer, channel in
        try await respond(to: request, on: channel, executor, writer: writer)
      },
      onServerRunning: { _ in await onListening() })
    return ServiceOnEventLoop(service: server, executor: executor)
  }

  private func respond(
    to request: Request, on channel: any Channel, _ executor: EventLoopExecutor, writer: consuming ResponseWriter
  ) async throws {
    let startedAt = SuspendingClock.now
    let connection = try channel.pipeline.syncOperations.handler(type: ConnectionHandler.self)
    connection.requestBegan()
    let timeout = request.timeout
    let deadline = timeout.duration.map { startedAt.advanced(by: $0) }
    let call = CallContext(peer: connection.peer, deadline: deadline, startedAt: startedAt)
    let route = routes[request.uri.path]
    let outcome: Outcome
    do {
      outcome = try await self.outcome(of: request, route, timeout, call, connection, executor, writer)
    } catch {
      var answer = (error as? Refusal)?.answer ?? Answer(ConnectError(error))
      answer.leavesBodyUnread = true
      if case .stream = route?.handler { answer.endStream() }
      outcome = .answer(answer)
    }
    switch outcome {
    case .answer(let answer):
      // Before the answer: whoever has it finds its entry in the log.
      accessLog.record(call, method: route?.method, traits: route?.traits ?? [], answer, request: request)
      if answer.leavesBodyUnread { connection.evict(after: Self.lingering, from: channel) }
      try await write(answer, call, isHead: request.method == .head, with: writer)
    case .stream(let stream):
      let answer = await write(stream, call, watching: connection, with: writer)
      accessLog.record(call, method: route?.method, traits: route?.traits ?? [], answer, request: request)
    }
  }

  /// What goes back for a request.
  private enum Outcome {
    case answer(Answer)
    case stream(OutgoingStream)
  }

  private func outcome(
    of request: Request, _ route: Route?, _ timeout: RequestTimeout, _ call: CallContext,
    _ connection: ConnectionHandler, _ executor: EventLoopExecutor, _ writer: borrowing ResponseWriter
  ) async throws -> Outcome {
    if let page = try page(for: request) { return .answer(await page()) }
    let route = try admissible(request, route, timeout)
    let admission = try gate.admit(isExempt: route.traits.contains(.exempt))
    let body: [UInt8]
    do {
      if request.expectsContinue { try await writer.writeInformationalHead(HTTPResponse(status: .continue)) }
      body = try await read(request, deadline: call.deadline, on: executor)
    } catch {
      admission.release()
      throw error
    }
    switch route.handler {
    case .unary(let operation):
      let race = OperationRace(
        operation: operation, body: body, call: call, admission: admission, gate: gate, executor: executor)
      return .answer(await race.run(watching: connection))
    case .stream(let source):
      do {
        return .stream(try OutgoingStream(source, body: body, call: call, admission: admission, gate: gate))
      } catch {
        admission.release()
        var answer = Answer(ConnectError(error))
        answer.endStream()
        return .answer(answer)
      }
    }
  }

  private func write(
    _ answer: Answer, _ call: CallContext, isHead: Bool, with writer: consuming ResponseWriter
  ) async throws {
    var fields = fields(of: answer, call)
    fields[.contentLength] = String(answer.body.count)
    if answer.leavesBodyUnread { fields[.connection] = "close" }
    let status = HTTPResponse.Status(code: answer.status)
    let body = isHead ? ResponseBody() : ResponseBody(byteBuffer: ByteBuffer(bytes: answer.body))
    try await writer.write(response: HTTPResponse(status: status, headerFields: fields), body: body)
  }

  /// The header fields that every answer has, and its own.
  func fields(of answer: Answer, _ call: CallContext) -> HTTPFields {
    var fields = HTTPFields()
    fields[.contentType] = answer.contentType
    fields[.server] = "berth/\(Version.text)"
    for (name, value) in answer.headers + [("x-request-id", call.requestID)] {
      if let name = HTTPField.Name(name) { fields.append(HTTPField(name: name, value: value)) }
    }
    return fields
  }
}
