/// A message of the API: a plain value whose properties carry the definition's lowerCamelCase field names.
///
/// Scalars, enums, lists and maps are never optional, message fields always are: that is proto3's own rule for what can be
/// absent. `ProtoJSONDecoder` and `ProtoJSONEncoder` rely on it.
public typealias Message = Codable & Hashable & Sendable

/// A unary method of the API: what goes in, what comes out and where it is posted.
public struct RPC<Request: Message, Response: Message>: Sendable, Hashable {
  /// The service's full name, such as `runtime.v1.RuntimeService`.
  public let service: String
  /// The method's name, such as `RunPodSandbox`.
  public let method: String

  /// Describes a method.
  public init(service: String, method: String) {
    self.service = service
    self.method = method
  }

  /// The path a Connect request is posted to.
  public var path: String { "/\(service)/\(method)" }
}

/// The messages of the CRI's package `runtime.v1` that concern a sandbox.
public enum CRI {}

/// The messages of the package `berth.v1`: what the CRI has no word for.
public enum Berth {
  /// This release of Berth.
  public static let version = Release.version
}

/// The methods of the CRI's `runtime.v1.RuntimeService` that are served; each is declared beside its messages.
public enum RuntimeService {
  /// The service's full name.
  public static let name = "runtime.v1.RuntimeService"
}

/// The methods of `berth.v1.BerthService`; each is declared beside its messages.
public enum BerthService {
  /// The service's full name.
  public static let name = "berth.v1.BerthService"
}
