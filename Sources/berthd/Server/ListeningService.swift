import NIOCore
import NIOPosix
import ServiceLifecycle

/// Listens at a Unix socket until it is shut down; all connections live on one event loop.
struct ListeningService: Service {
  let server: ConnectServer
  let socket: String
  let eventLoop: any EventLoop
  let onListening: @Sendable () async -> Void

  /// As many as the kernel keeps waiting while the loop is busy: its own bound (`net.core.somaxconn`) unless somebody raised it.
  private static let backlog: Int32 = 4096

  func run() async throws {
    let connections = try await eventLoop.submit { [eventLoop, limit = server.limits.maxConnections] in
      NIOLoopBound(Connections(limit: limit), eventLoop: eventLoop)
    }.get()
    let listener = try await listen(connections)
    await onListening()
    // Ends with the daemon, or with the task.
    try? await gracefulShutdown()
    // Whoever comes now is refused by the kernel; the socket's file is its owner's to remove.
    try? await listener.close()
    let ended = eventLoop.makePromise(of: Void.self)
    eventLoop.execute { [eventLoop] in connections.value.end(on: eventLoop) { ended.succeed() } }
    try await ended.futureResult.get()
  }

  private func listen(_ connections: NIOLoopBound<Connections>) async throws -> any Channel {
    try await ServerBootstrap(group: eventLoop)
      .serverChannelOption(.backlog, value: Self.backlog)
      .childChannelOption(.allowRemoteHalfClosure, value: true)
      .childChannelInitializer { [server, executor = EventLoopExecutor(eventLoop)] channel in
        channel.eventLoop.makeCompletedFuture {
          try Connection(server, connections.value, channel, executor).install()
        }
      }
      .bind(unixDomainSocketPath: socket).get()
  }
}
