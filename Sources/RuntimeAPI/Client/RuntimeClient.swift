import JSON
import NIOCore
import NIOHTTP1
import NIOPosix

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Calls the API over a Unix socket: Connect unary JSON over HTTP/1.1, one connection per call.
///
/// Safe to share between tasks. One thread serves it; `shutdown()` ends it (a program about to exit need not call it).
public final class RuntimeClient: Sendable {
  /// The socket that is called.
  public let endpoint: Endpoint
  /// No answer may be larger: room for the list of a thousand pods whose labels and annotations are as long as may be.
  static let maximumAnswerSize = 1 << 30
  let group: MultiThreadedEventLoopGroup

  /// Makes a client; nothing is connected before the first call.
  public init(endpoint: Endpoint) {
    self.endpoint = endpoint
    group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
  }

  /// Ends the client's thread; calls under way fail.
  public func shutdown() async {
    try? await group.shutdownGracefully()  // fails only if it is shut down already
  }

  /// Calls a method and decodes the answer; fields of the answer that this client does not know are dropped.
  ///
  /// - Parameters:
  ///   - deadline: how long the runtime may take; it is told, and ends the operation itself. Nil sets none.
  ///   - patience: how long beyond the deadline its answer is waited for (an operation that is cut short still cleans up, and
  ///     says how that went).
  /// - Throws: the runtime's error; `unavailable` or `permission_denied` when it cannot be reached; `deadline_exceeded`;
  ///   `canceled` when the task is cancelled.
  public func call<Request, Response>(
    _ rpc: RPC<Request, Response>, _ request: Request, deadline: Duration? = nil,
    patience: Duration = .milliseconds(250)
  ) async throws(ConnectError) -> Response {
    try await reply(to: rpc, request, deadline: deadline, patience: patience).message
  }

  /// Calls a method as ``call(_:_:deadline:patience:)`` does, and gives what the answer says beside its message too.
  public func reply<Request, Response>(
    to rpc: RPC<Request, Response>, _ request: Request, deadline: Duration? = nil,
    patience: Duration = .milliseconds(250)
  ) async throws(ConnectError) -> Reply<Response> {
    let body = ProtoJSONEncoder().encode(request)
    let answer = try await post(rpc.path, body, deadline: deadline, patience: patience)
    guard answer.status == 200 else { throw error(of: answer) }
    do {
      let message = try ProtoJSONDecoder(rules: .own).decodeLeniently(Response.self, from: answer.body).message
      return Reply(message: message, warnings: answer.warnings)
    } catch {
      throw ConnectError(code: .internal, message: "\(endpoint) answered \(rpc.method) with something else: \(error)")
    }
  }

  func error(of answer: HTTPAnswer) -> ConnectError {
    do {
      let json = try JSON(parsing: answer.body, rules: .own, maximumSize: Self.maximumAnswerSize)
      if let error = ConnectError(json: json, httpStatus: answer.status) { return error }
    } catch {}  // not JSON, so not from a Connect server: what follows says so
    let text = String(decoding: answer.body.prefix(200), as: UTF8.self)
    return ConnectError(
      code: ConnectCode(httpStatus: answer.status),
      message: "\(endpoint) answered with HTTP status \(answer.status), which is no answer of berthd: \(text)")
  }

  private func post(
    _ path: String, _ body: [UInt8], deadline: Duration?, patience: Duration
  ) async throws(ConnectError) -> HTTPAnswer {
    let loop = group.next()
    let promise = loop.makePromise(of: HTTPAnswer.self)
    let timer = deadline.map { deadline in
      loop.scheduleTask(in: TimeAmount(deadline + patience)) { promise.fail(NoAnswer.inTime) }
    }
    defer { timer?.cancel() }
    let end = deadline.map { ContinuousClock.now + $0 + patience }
    do {
      let channel = try await connect(on: loop, until: end) { AnswerCollector(promise) }
      send(requestHead(path, "application/json", length: body.count, deadline: deadline), body, over: channel)
      defer { channel.close(promise: nil) }
      return try await withTaskCancellationHandler {
        try await promise.futureResult.get()
      } onCancel: {
        promise.fail(NoAnswer.cancelled)
      }
    } catch {
      promise.fail(error)
      throw explain(error, deadline: deadline)
    }
  }

  /// Connects; while the daemon's backlog is full (EAGAIN, at once, on a Unix socket) it tries again for some two seconds, but
  /// not past the end.
  func connect(
    on loop: any EventLoop, until end: ContinuousClock.Instant?,
    receiving handler: @escaping @Sendable () -> any ChannelHandler
  ) async throws -> any Channel {
    let bootstrap = ClientBootstrap(group: loop).channelInitializer { channel in
      channel.eventLoop.makeCompletedFuture {
        try channel.pipeline.syncOperations.addHTTPClientHandlers()
        try channel.pipeline.syncOperations.addHandler(handler())
      }
    }
    for _ in 0..<100 {
      do {
        return try await bootstrap.connect(unixDomainSocketPath: endpoint.path).get()
      } catch let error as IOError where error.errnoCode == EAGAIN {
        if let end, .now >= end { throw NoAnswer.inTime }
        try await Task.sleep(for: .milliseconds(20))
      }
    }
    return try await bootstrap.connect(unixDomainSocketPath: endpoint.path).get()
  }

  func send(_ head: HTTPRequestHead, _ body: [UInt8], over channel: any Channel) {
    channel.write(HTTPClientRequestPart.head(head), promise: nil)
    channel.write(HTTPClientRequestPart.body(.byteBuffer(ByteBuffer(bytes: body))), promise: nil)
    channel.writeAndFlush(HTTPClientRequestPart.end(nil), promise: nil)
  }

  func requestHead(_ path: String, _ type: String, length: Int, deadline: Duration?) -> HTTPRequestHead {
    var headers: HTTPHeaders = [
      "Host": "localhost", "Content-Type": type, "Content-Length": "\(length)",
      "Connect-Protocol-Version": "1", "Connection": "close",
    ]
    if let deadline {
      let milliseconds = TimeAmount(deadline).nanoseconds / 1_000_000
      headers.add(name: "Connect-Timeout-Ms", value: "\(min(max(milliseconds, 1), 9_999_999_999))")
    }
    return HTTPRequestHead(version: .http1_1, method: .POST, uri: path, headers: headers)
  }
}
