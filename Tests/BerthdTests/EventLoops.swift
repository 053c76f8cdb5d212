import NIOCore
import NIOPosix

extension EventLoopGroup where Self == MultiThreadedEventLoopGroup {
  /// The process's own event loops.
  static var singletonForTests: MultiThreadedEventLoopGroup { .singleton }
}
