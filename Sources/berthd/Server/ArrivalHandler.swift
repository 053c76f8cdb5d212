import NIOCore
import NIOHTTP1

/// In front of the decoder: tells the connection of the first bytes of a request, and the decoder's readers of a failure that
/// is not the decoder's.
final class ArrivalHandler: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer

  private let connection: Connection
  private var context: ChannelHandlerContext?

  init(_ connection: Connection) { self.connection = connection }

  func handlerAdded(context: ChannelHandlerContext) { self.context = context }

  func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    connection.bytesCame()
    context.fireChannelRead(data)
  }

  /// Ends the request that is not there yet. The handlers behind take this error, and no other, for a whole request: so an
  /// answer may follow.
  func breakOff() { context?.fireErrorCaught(HTTPParserError.unknown) }
}
