import RuntimeAPI

/// A method of the API and what answers it.
struct Route: Sendable {
  /// How a route is treated beside being answered.
  struct Traits: OptionSet, Sendable {
    let rawValue: Int
    /// Answered from memory, however many requests are in progress.
    static let exempt = Traits(rawValue: 1)
    /// Changes nothing: when it succeeds, the log tells it at `debug`.
    static let readOnly = Traits(rawValue: 2)
    /// Ends something: it does not wait for those that begin something.
    static let ending = Traits(rawValue: 4)
    /// Its answer may be large: it is made off the event loop.
    static let bulky = Traits(rawValue: 8)
  }

  /// Takes the request's JSON, gives the answer's.
  typealias Operation = @Sendable ([UInt8], CallContext) async throws -> [UInt8]
  /// Sends the messages' JSON, each when the one before is on its way, until there are no more or its task is cancelled.
  typealias Pump = @Sendable (_ send: @Sendable ([UInt8]) async throws -> Void) async throws -> Void
  /// Takes the request's JSON, gives what sends the messages.
  typealias Source = @Sendable ([UInt8], CallContext) throws -> Pump

  /// What answers.
  enum Handler: Sendable {
    case unary(Operation)
    case stream(Source)
  }

  /// What the bodies of a stream are ("Streaming-Content-Type" of the Connect protocol).
  static let streamType = "application/connect+json"

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

  /// Serves `rpc` by what `handler` gives, each element made a message by `encode`. A stream takes no turn: it costs little,
  /// and its connection counts against theirs.
  init<Request, Response, Elements: AsyncSequence & Sendable>(
    _ rpc: ServerStreamRPC<Request, Response>, encode: @escaping @Sendable (Elements.Element) -> [UInt8],
    handler: @escaping @Sendable (Request, CallContext) throws -> Elements
  ) {
    path = rpc.path
    method = rpc.method
    traits = [.exempt, .readOnly]
    self.handler = .stream { body, call in
      let elements = try handler(try ProtoJSONDecoder().decode(Request.self, from: body), call)
      return { send in
        for try await element in elements { try await send(encode(element)) }
      }
    }
  }

  /// What is posted to it and comes back.
  var contentType: String { isStream ? Self.streamType : "application/json" }

  var isStream: Bool { if case .stream = handler { true } else { false } }

  /// The turn that a request takes.
  var turn: AdmissionGate.Turn { traits.contains(.exempt) ? .free : traits.contains(.ending) ? .end : .work }
}
