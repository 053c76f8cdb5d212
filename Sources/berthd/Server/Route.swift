import RuntimeAPI

/// A method of the API and what answers it.
struct Route: Sendable {
  /// How a route is treated beside being answered.
  struct Traits: OptionSet, Sendable {
    let rawValue: Int
    /// Answered however many requests are in progress: it costs nothing.
    static let exempt = Traits(rawValue: 1)
    /// Changes nothing: when it succeeds, the log tells it at `debug`.
    static let readOnly = Traits(rawValue: 2)
  }

  /// Takes the request's JSON, gives the answer's.
  typealias Operation = @Sendable ([UInt8], CallContext) async throws -> [UInt8]
  /// Sends the messages' JSON until there are no more or its task is cancelled.
  typealias Pump = @Sendable (_ send: @Sendable ([UInt8]) -> Void) async -> Void
  /// Takes the request's JSON, gives what sends the messages.
  typealias Source = @Sendable ([UInt8], CallContext) throws -> Pump

  /// What answers.
  enum Handler: Sendable {
    case unary(Operation)
    case stream(Source)
  }

  /// Where it is posted to.
  let path: String
  /// The method's name.
  let method: String
  let traits: Traits
  let handler: Handler

  /// Serves `rpc` by `handler`: decodes what comes in, encodes what goes out.
  init<Request, Response>(
    _ rpc: RPC<Request, Response>, _ traits: Traits = [],
    handler: @escaping @Sendable (Request, CallContext) async throws -> Response
  ) {
    path = rpc.path
    method = rpc.method
    self.traits = traits
    self.handler = .unary { body, call in
      let request = try ProtoJSONDecoder().decode(Request.self, from: body)
      return ProtoJSONEncoder().encode(try await handler(request, call))
    }
  }

  /// Serves `rpc` by what `handler` gives, each made a `message`. A stream does not count against the limit of requests: it
  /// costs little, and its connection counts against theirs.
  init<Request, Element: Sendable, Response>(
    _ rpc: ServerStreamRPC<Request, Response>, message: @escaping @Sendable (Element) -> Response,
    handler: @escaping @Sendable (Request, CallContext) throws -> AsyncStream<Element>
  ) {
    path = rpc.path
    method = rpc.method
    traits = [.exempt, .readOnly]
    self.handler = .stream { body, call in
      let elements = try handler(try ProtoJSONDecoder().decode(Request.self, from: body), call)
      return { send in
        for await element in elements { send(ProtoJSONEncoder().encode(message(element))) }
      }
    }
  }

  /// What is posted to it and comes back.
  var contentType: String {
    switch handler {
    case .unary: "application/json"
    case .stream: OutgoingStream.contentType
    }
  }
}
