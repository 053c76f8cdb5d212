import NIOCore
import NIOHTTP1

/// A whole HTTP answer.
struct HTTPAnswer: Sendable {
  var status: Int
  /// What the `Berth-Warning` header fields say.
  var warnings: [String] = []
  var body: [UInt8] = []
}

/// Why there is no answer although the socket could be connected.
enum NoAnswer: Error {
  case inTime
  case cancelled
  case connectionClosed
  case tooLarge
}

/// Gathers the one answer of a connection.
final class AnswerCollector: ChannelInboundHandler {
  typealias InboundIn = HTTPClientResponsePart

  private let promise: EventLoopPromise<HTTPAnswer>
  private var answer: HTTPAnswer?

  init(_ promise: EventLoopPromise<HTTPAnswer>) { self.promise = promise }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head):
      answer = HTTPAnswer(
        status: Int(head.status.code), warnings: head.headers[WarningHeader.name].map(WarningHeader.decode))
    case .body(let part):
      answer?.body.append(contentsOf: part.readableBytesView)
      if let answer, answer.body.count > RuntimeClient.maximumAnswerSize { fail(NoAnswer.tooLarge, context) }
    case .end:
      if let answer { promise.succeed(answer) }
    }
  }

  func channelInactive(context: ChannelHandlerContext) {
    promise.fail(NoAnswer.connectionClosed)
    context.fireChannelInactive()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) { fail(error, context) }

  private func fail(_ error: any Error, _ context: ChannelHandlerContext) {
    promise.fail(error)
    context.close(promise: nil)
  }
}
