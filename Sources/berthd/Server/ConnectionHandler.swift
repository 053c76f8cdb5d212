import NIOCore
import Synchronization

/// What the server knows of one connection: who is at its other end, and whether it is still there.
///
/// A client that only shuts down its sending side (`nc -N`) is still there and gets its answer; one whose socket is closed
/// is gone, which the kernel tells by a hang-up and NIO by `channelInactive`.
final class ConnectionHandler: ChannelInboundHandler, RemovableChannelHandler, Sendable {
  typealias InboundIn = NIOAny

  private struct State {
    var peer: PeerCredentials?
    var isClosed = false
    var onClose: (@Sendable () -> Void)?
    var eviction: Scheduled<Void>?
  }
  private let state = Mutex(State())

  /// Who is at the other end; `nil` when the kernel did not say.
  var peer: PeerCredentials? { state.withLock { $0.peer } }

  func handlerAdded(context: ChannelHandlerContext) {
    PeerCredentials.read(from: context.channel).whenSuccess { peer in self.state.withLock { $0.peer = peer } }
  }

  func channelInactive(context: ChannelHandlerContext) {
    let (onClose, eviction) = state.withLock { state in
      state.isClosed = true
      defer { (state.onClose, state.eviction) = (nil, nil) }
      return (state.onClose, state.eviction)
    }
    eviction?.cancel()
    onClose?()
    context.fireChannelInactive()
  }

  /// Calls `body` once when the connection closes, at once when it is closed; replaces what was to be called before.
  func whenClosed(_ body: (@Sendable () -> Void)?) {
    let isClosed = state.withLock { state in
      if !state.isClosed { state.onClose = body }
      return state.isClosed
    }
    if isClosed { body?() }
  }

  /// Closes the connection in `delay` unless another request begins on it before: what is left of a request that was
  /// refused early is read and thrown away only for so long.
  func evict(after delay: TimeAmount, from channel: any Channel) {
    let eviction = channel.eventLoop.scheduleTask(in: delay) { channel.close(promise: nil) }
    state.withLock { $0.eviction = eviction }
  }

  /// A request began: the one before has been read to its end.
  func requestBegan() {
    let eviction = state.withLock { state in
      defer { state.eviction = nil }
      return state.eviction
    }
    eviction?.cancel()
  }
}
