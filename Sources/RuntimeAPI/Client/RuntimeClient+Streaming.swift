import JSON
import NIOCore
import NIOHTTP1
import NIOPosix

extension RuntimeClient {
  /// Calls a method that answers with a stream (Connect's server streams), and gives its messages as they come.
  ///
  /// The call has begun when this returns: what happens from then on is in the stream. It ends when the runtime ends it; the
  /// connection is closed when its reader leaves.
  ///
  /// - Parameter patience: How long its beginning is waited for.
  /// - Throws: As ``call(_:_:deadline:patience:)``; the stream throws the error that the runtime ends it with.
  public func stream<Request, Response>(
    _ rpc: ServerStreamRPC<Request, Response>, _ request: Request, beginningWithin patience: Duration
  ) async throws(ConnectError) -> AsyncThrowingStream<Response, any Error> {
    let body = Envelope(message: ProtoJSONEncoder().encode(request)).bytes
    let loop = group.next()
    let began = loop.makePromise(of: HTTPAnswer?.self)
    let timer = loop.scheduleTask(in: TimeAmount(patience)) { began.fail(NoAnswer.inTime) }
    defer { timer.cancel() }
    let (envelopes, continuation) = AsyncThrowingStream.makeStream(of: Envelope.self)
    do {
      let channel = try await connect(on: loop, until: .now + patience) { StreamCollector(began, continuation) }
      continuation.onTermination = { _ in channel.close(promise: nil) }
      send(requestHead(rpc.path, "application/connect+json", length: body.count, deadline: nil), body, over: channel)
      if let refusal = try await began.futureResult.get() { throw error(of: refusal) }
    } catch let error as ConnectError {
      throw error
    } catch {
      began.fail(error)
      continuation.finish()
      throw explain(error, deadline: patience)
    }
    return messages(of: envelopes)
  }

  private func messages<Response: Message>(
    of envelopes: AsyncThrowingStream<Envelope, any Error>
  ) -> AsyncThrowingStream<Response, any Error> {
    let (messages, continuation) = AsyncThrowingStream.makeStream(of: Response.self)
    let task = Task {
      do {
        for try await envelope in envelopes {
          if envelope.flags.contains(.endOfStream) {
            let end = try JSON(parsing: envelope.message, rules: .own)
            if let error = end["error"] {
              throw ConnectError(json: error, httpStatus: 200) ?? NoAnswer.connectionClosed
            }
            return continuation.finish()
          }
          let decoded = try ProtoJSONDecoder(rules: .own).decodeLeniently(Response.self, from: envelope.message)
          continuation.yield(decoded.message)
        }
        throw NoAnswer.connectionClosed
      } catch let error as ConnectError {
        continuation.finish(throwing: error)
      } catch {
        continuation.finish(throwing: explain(error, deadline: nil))
      }
    }
    continuation.onTermination = { _ in task.cancel() }
    return messages
  }
}

/// Gathers the envelopes of a connection's one answer.
final class StreamCollector: ChannelInboundHandler {
  typealias InboundIn = HTTPClientResponsePart

  /// Resolved when the answer has begun: with nothing for a stream, else with all of the answer.
  private let began: EventLoopPromise<HTTPAnswer?>
  private let envelopes: AsyncThrowingStream<Envelope, any Error>.Continuation
  private var answer: HTTPAnswer?

  init(_ began: EventLoopPromise<HTTPAnswer?>, _ envelopes: AsyncThrowingStream<Envelope, any Error>.Continuation) {
    (self.began, self.envelopes) = (began, envelopes)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head):
      answer = HTTPAnswer(status: Int(head.status.code), body: [])
      if head.status == .ok { began.succeed(nil) }
    case .body(let part):
      answer?.body.append(contentsOf: part.readableBytesView)
      guard answer?.status == 200 else { return }
      while let body = answer?.body, let (envelope, length) = Envelope.read(body) {
        answer?.body.removeFirst(length)
        envelopes.yield(envelope)
      }
      if let answer, answer.body.count > RuntimeClient.maximumAnswerSize { fail(NoAnswer.tooLarge, context) }
    case .end:
      if let answer, answer.status != 200 { began.succeed(answer) }
      envelopes.finish()
    }
  }

  func channelInactive(context: ChannelHandlerContext) {
    began.fail(NoAnswer.connectionClosed)
    envelopes.finish(throwing: NoAnswer.connectionClosed)
    context.fireChannelInactive()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) { fail(error, context) }

  private func fail(_ error: any Error, _ context: ChannelHandlerContext) {
    began.fail(error)
    envelopes.finish(throwing: error)
    context.close(promise: nil)
  }
}
