import NIOCore
import NIOPosix

/// One of the process's own event loops.
func testEventLoop() -> any EventLoop { MultiThreadedEventLoopGroup.singleton.any() }
