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

  /// Where it is posted to.
  let path: String
  /// The method's name.
  let method: String
  let traits: Traits
  /// Takes the request's JSON, gives the answer's.
  let answer: @Sendable ([UInt8], CallContext) async throws -> [UInt8]

  /// Serves `rpc` by `handler`: decodes what comes in, encodes what goes out.
  init<Request, Response>(
    _ rpc: RPC<Request, Response>, _ traits: Traits = [],
    handler: @escaping @Sendable (Request, CallContext) async throws -> Response
  ) {
    path = rpc.path
    method = rpc.method
    self.traits = traits
    answer = { body, call in
      let request = try ProtoJSONDecoder().decode(Request.self, from: body)
      return ProtoJSONEncoder().encode(try await handler(request, call))
    }
  }
}
