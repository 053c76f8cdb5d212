import NIOCore
import NIOHTTP1
import RuntimeAPI

/// One connection: takes one request after the other, from the first byte of its head to the last of its answer; lives on its
/// event loop.
///
/// A client that only shuts down its sending side (`nc -N`) is still there and gets its answer; one whose socket is closed
/// is gone, which the kernel tells by a hang-up and NIO by `channelInactive`.
final class Connection: ChannelInboundHandler {
  typealias InboundIn = HTTPServerRequestPart

  enum State {
    /// Between requests; since when.
    case idle(NIODeadline)
    /// The first bytes of a request are there.
    case begun
    /// Its head is there.
    case receiving(Arrival)
    /// It is all there, and not answered yet.
    case answering
    /// It is answered before it was all there: the rest is thrown away.
    case discarding
    /// Nothing more is answered.
    case closing
  }

  let server: ConnectServer
  let channel: any Channel
  let executor: EventLoopExecutor
  /// Who is at the other end; `nil` when the kernel did not say.
  private(set) var peer: PeerCredentials?
  var state = State.idle(.now())
  /// Whether it closes after the answer under way.
  var mustClose = false
  /// What is to be done when the client is gone.
  var whenGone: (() -> Void)?
  /// When the last answer is on its way.
  var lastSent: EventLoopFuture<Void>?
  private let connections: Connections
  private var arrivals: ArrivalHandler?
  private var timer: Scheduled<Void>?
  /// Until when the request that has begun is waited for.
  private var isDue = NIODeadline.distantFuture
  /// Why the request that is not all there is broken off.
  private var failure: Answer?

  init(
    _ server: ConnectServer, _ connections: Connections, _ channel: any Channel, _ executor: EventLoopExecutor
  ) {
    self.server = server
    self.connections = connections
    self.executor = executor
    self.channel = channel
  }

  /// Puts the handlers into the channel's pipeline.
  func install() throws {
    var limits = NIOHTTPDecoderLimitConfiguration()
    limits.maxHeaderFieldSize = 16 << 10
    limits.maxHeaderListSize = 32 << 10
    limits.maxHeaderFieldCount = 100
    let arrivals = ArrivalHandler(self)
    self.arrivals = arrivals
    try channel.pipeline.syncOperations.addHandlers([
      arrivals, HTTPResponseEncoder(), ByteToMessageHandler(HTTPRequestDecoder(limitConfiguration: limits)),
      HTTPServerPipelineHandler(), self,
    ])
  }

  /// Since when it has been idle; `nil` when it is not.
  var idleSince: NIODeadline? { if case .idle(let since) = state { since } else { nil } }

  func channelActive(context: ChannelHandlerContext) {
    PeerCredentials.read(from: channel).assumeIsolated().whenSuccess { peer in
      self.peer = peer
      if let refusal = self.connections.add(self) {
        self.breakOff(Answer(ConnectError(code: .resourceExhausted, message: refusal)))
      } else {
        self.becomeIdle()
      }
    }
    context.fireChannelActive()
  }

  func channelInactive(context: ChannelHandlerContext) {
    state = .closing
    timer?.cancel()
    connections.remove(self)
    whenGone?()
    whenGone = nil
    arrivals = nil
    context.fireChannelInactive()
  }

  /// Bytes came in. Those that came before the answer to the request before them count from the next ones on, or as idleness.
  func bytesCame() { if idleSince != nil { beginReading() } }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch (Self.unwrapInboundIn(data), state) {
    case (.head(let head), .idle):
      // It was here before the answer to the one before.
      beginReading()
      begin(head)
    case (.head(let head), .begun): begin(head)
    case (.body(let buffer), .receiving(var arrival)):
      // One array, not two of them.
      state = .answering
      arrival.body += buffer.readableBytesView
      state = .receiving(arrival)
      let limit = server.limits.maxRequestBodyBytes
      if arrival.body.count > limit { refuse(arrival, .tooLarge(limit)) }
    case (.end, .receiving(let arrival)):
      timer?.cancel()
      state = .answering
      complete(arrival)
    case (.end, .discarding): closeWhenSent()
    default: break
    }
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if case ChannelEvent.inputClosed = event {
      mustClose = true
      switch state {
      case .idle: close()
      // The decoder says nothing of a head that is not whole.
      case .begun: breakOff(Refusal(.invalidArgument, "the request broke off in its head").answer)
      case .discarding: closeWhenSent()
      default: break
      }
    }
    context.fireUserInboundEventTriggered(event)
  }

  /// The decoder says that what came is no request, or ``ArrivalHandler`` that one is broken off.
  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    guard error is HTTPParserError else { return close() }
    switch state {
    case .idle, .begun:
      let call = CallContext(peer: peer)
      let answer = failure ?? server.malformedAnswer(error)
      server.accessLog.record(call, .malformed, answer)
      write(answer, call, closing: true)
    case .receiving(let arrival):
      let text = "the request broke off after \(arrival.body.count) bytes of its body"
      // The decoder makes nothing of what is left.
      refuse(arrival, failure.map { Refusal($0) } ?? Refusal(.invalidArgument, text))
      closeWhenSent()
    // What is wrong lies behind the request that is being answered.
    case .answering: mustClose = true
    case .discarding: closeWhenSent()
    case .closing: break
    }
  }

  private func begin(_ head: HTTPRequestHead) {
    let startedAt = SuspendingClock.now
    let deadline = head.timeout.duration.map { startedAt.advanced(by: $0) }
    let call = CallContext(peer: peer, deadline: deadline, startedAt: startedAt)
    // The decoder reads nothing behind a request to speak something else, which is answered as if it had not asked.
    if !head.isKeepAlive || head.isOld || head.headers.contains(name: "upgrade") { mustClose = true }
    do throws(Refusal) {
      let arrival = Arrival(head: head, call: call, target: try server.target(of: head))
      state = .receiving(arrival)
      if let patience = head.timeout.duration, .now() + TimeAmount(patience) < isDue {
        wait(patience) { $0.breakOff(Refusal.deadlinePassed.answer) }
      }
      guard head.expectsContinue else { return }
      let goOn = HTTPResponseHead(version: .http1_1, status: .continue)
      channel.writeAndFlush(HTTPServerResponsePart.head(goOn), promise: nil)
    } catch {
      refuse(Arrival(head: head, call: call, target: .nothing), error)
    }
  }

  /// A request has so long to arrive, from its first byte on.
  private func beginReading() {
    state = .begun
    isDue = .now() + TimeAmount(server.limits.readTimeout)
    wait(server.limits.readTimeout) { $0.breakOff($0.server.lateAnswer) }
  }

  /// Waits for the next request.
  func becomeIdle() {
    guard !mustClose else { return close() }
    state = .idle(.now())
    wait(server.limits.idleTimeout) { $0.close() }
  }

  /// The daemon ends: an idle connection closes now, another one after its answer.
  func end() {
    mustClose = true
    switch state {
    case .idle, .begun, .discarding: close()
    case .receiving, .answering, .closing: break
    }
  }

  func close() { channel.close(promise: nil) }

  /// Nothing more comes of the request that is answered.
  private func closeWhenSent() {
    state = .closing
    lastSent?.assumeIsolated().whenComplete { _ in self.close() }
  }

  /// Answers a request that is not all there.
  private func breakOff(_ answer: Answer) {
    failure = answer
    arrivals?.breakOff()
  }

  /// Does something unless another wait begins before the time is over.
  func wait(_ time: Duration, _ body: @escaping (Connection) -> Void) {
    timer?.cancel()
    timer = channel.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(time)) { body(self) }
  }
}
