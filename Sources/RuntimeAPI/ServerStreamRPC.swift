/// A method of the API that answers one request with a stream of messages.
public struct ServerStreamRPC<Request: Message, Response: Message>: Sendable, Hashable {
  /// The service's full name, such as `runtime.v1.RuntimeService`.
  public let service: String
  /// The method's name, such as `GetContainerEvents`.
  public let method: String

  /// Describes a method.
  public init(service: String, method: String) {
    self.service = service
    self.method = method
  }

  /// The path a Connect request is posted to.
  public var path: String { "/\(service)/\(method)" }
}
