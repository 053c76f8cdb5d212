import NIOCore
import NIOHTTP1
import RuntimeAPI

extension Connection {
  /// How long the rest of a request is read and thrown away after an early answer, so that the answer arrives.
  private static let lingering = Duration.seconds(5)
  /// How long a client may take to read an answer, or a message of a stream.
  private static let writeTimeout = TimeAmount.seconds(30)

  /// Does what a request asks for, which is all there, and answers it.
  func complete(_ arrival: Arrival) {
    switch arrival.target {
    case .nothing: break
    case .page(let page): finish(arrival, page())
    case .route(let route, let encoding):
      let body = RequestBody(raw: arrival.body, encoding: encoding, limit: server.limits.maxRequestBodyBytes)
      do throws(ConnectError) {
        let admission = try server.gate.admit(route.turn, uid: peer?.uid, isStream: route.isStream)
        switch route.handler {
        case .unary(let operation): run(operation, route, body, arrival, admission)
        case .stream(let source): stream(source, body, arrival, admission)
        }
      } catch {
        finish(arrival, Answer(error))
      }
    }
  }

  /// Answers a request before it is all there.
  func refuse(_ arrival: Arrival, _ refusal: Refusal) {
    let answer = arrival.target.isStream ? refusal.answer.asStream : refusal.answer
    server.accessLog.record(arrival.call, arrival.entry, answer)
    write(answer, arrival.call, arrival.head, closing: true, isEarly: true)
  }

  private func run(
    _ operation: @escaping Route.Operation, _ route: Route, _ body: RequestBody, _ arrival: Arrival,
    _ admission: Admission
  ) {
    // Whatever takes long is done beside the event loop, which serves all the others.
    let isQuick = body.isSmall && !route.traits.contains(.bulky)
    let this = NIOLoopBound((connection: self, arrival: arrival), eventLoop: channel.eventLoop)
    let exchange = Exchange(arrival.call, server.gate, channel.eventLoop) { answer in
      this.value.connection.finish(this.value.arrival, answer)
    }
    whenGone = { exchange.abandon() }
    exchange.begin(operation, body, admission, on: isQuick ? executor : nil)
  }

  private func finish(_ arrival: Arrival, _ answer: Answer) {
    whenGone = nil
    let answer = arrival.target.isStream ? answer.asStream : answer
    // Before the answer: whoever has it finds its entry in the log.
    server.accessLog.record(arrival.call, arrival.entry, answer)
    write(answer, arrival.call, arrival.head, closing: mustClose)
  }

  private func stream(_ source: Route.Source, _ body: RequestBody, _ arrival: Arrival, _ admission: Admission) {
    let pump: Route.Pump
    do {
      pump = try source(try body.message(), arrival.call)
    } catch {
      admission.release()
      return finish(arrival, (error as? Refusal)?.answer ?? Answer(ConnectError(error)))
    }
    let head = responseHead(Answer([], contentType: Route.streamType), arrival.call, arrival.head)
    channel.writeAndFlush(HTTPServerResponsePart.head(head), promise: nil)
    let stream = OutgoingStream(arrival.call, server.gate, channel)
    whenGone = { stream.abandon() }
    let this = NIOLoopBound((connection: self, arrival: arrival), eventLoop: channel.eventLoop)
    stream.begin(pump, admission, on: executor) { message in
      try await this.value.connection.send(message)
    } done: { error in
      this.value.connection.endStream(this.value.arrival, error)
    }
  }

  /// Sends a message of a stream; returns when it is on its way.
  private func send(_ message: [UInt8]) async throws {
    let bytes = ByteBuffer(bytes: Envelope(message: message).bytes)
    let sent = channel.eventLoop.makePromise(of: Void.self)
    watch(sent.futureResult)
    channel.writeAndFlush(HTTPServerResponsePart.body(.byteBuffer(bytes)), promise: sent)
    try await sent.futureResult.get()
  }

  private func endStream(_ arrival: Arrival, _ error: ConnectError?) {
    whenGone = nil
    guard channel.isActive else {
      let gone = ConnectError(code: .canceled, message: "the client went away")
      return server.accessLog.record(arrival.call, arrival.entry, Answer(gone))
    }
    server.accessLog.record(arrival.call, arrival.entry, error.map { Answer($0) } ?? Answer([]))
    let last = ByteBuffer(bytes: Envelope(endingWith: error).bytes)
    channel.write(HTTPServerResponsePart.body(.byteBuffer(last)), promise: nil)
    endAnswer(closing: mustClose)
  }

  /// Sends an answer whole.
  func write(
    _ answer: Answer, _ call: CallContext, _ request: HTTPRequestHead? = nil, closing: Bool, isEarly: Bool = false
  ) {
    guard channel.isActive else { return }
    var head = responseHead(answer, call, request)
    head.headers.add(name: "content-length", value: String(answer.body.count))
    if closing { head.headers.add(name: "connection", value: "close") }
    channel.write(HTTPServerResponsePart.head(head), promise: nil)
    if request?.method != .HEAD, !answer.body.isEmpty {
      channel.write(HTTPServerResponsePart.body(.byteBuffer(ByteBuffer(bytes: answer.body))), promise: nil)
    }
    endAnswer(closing: closing, isEarly: isEarly)
  }

  private func responseHead(_ answer: Answer, _ call: CallContext, _ request: HTTPRequestHead?) -> HTTPResponseHead {
    var headers = HTTPHeaders([("content-type", answer.contentType), ("server", "berth/\(Version.text)")])
    for (name, value) in answer.headers { headers.add(name: name, value: value) }
    headers.add(name: "x-request-id", value: call.requestID)
    return HTTPResponseHead(
      version: request?.isOld == true ? .http1_0 : .http1_1, status: HTTPResponseStatus(statusCode: answer.status),
      headers: headers)
  }

  /// Ends an answer. The next request, if it is here already, begins within this call.
  private func endAnswer(closing: Bool, isEarly: Bool = false) {
    state = isEarly ? .discarding : closing ? .closing : .idle(.now())
    let sent = channel.eventLoop.makePromise(of: Void.self)
    lastSent = sent.futureResult
    watch(sent.futureResult)
    if isEarly {
      wait(Self.lingering) { $0.close() }
    } else if closing {
      sent.futureResult.assumeIsolated().whenComplete { _ in self.close() }
    }
    channel.writeAndFlush(HTTPServerResponsePart.end(nil), promise: sent)
    if idleSince != nil { becomeIdle() }
  }

  /// Closes the connection of a client that does not read what it is sent.
  private func watch(_ sent: EventLoopFuture<Void>) {
    let alarm = channel.eventLoop.assumeIsolated().scheduleTask(in: Self.writeTimeout) { self.close() }
    sent.assumeIsolated().whenComplete { _ in alarm.cancel() }
  }
}

extension ConnectServer.Target {
  fileprivate var isStream: Bool { if case .route(let route, _) = self { route.isStream } else { false } }
}
