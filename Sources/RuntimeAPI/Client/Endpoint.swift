/// The Unix socket the API is served on.
public struct Endpoint: Sendable, Hashable, CustomStringConvertible {
  /// The socket's absolute path.
  public let path: String

  /// Where berthd listens unless told otherwise.
  public static let standard = Endpoint(path: "/run/berth/berth.sock")

  /// Names a socket by its path.
  public init(path: String) { self.path = path }

  /// Reads `unix:///path`, `unix:/path` or a plain absolute path; anything else is an `invalid_argument`.
  public init(parsing text: String) throws(ConnectError) {
    var path = Substring(text)
    if path.hasPrefix("unix:") {
      path = path.dropFirst("unix:".count)
      if path.hasPrefix("//") { path = path.dropFirst(2) }
    }
    guard path.hasPrefix("/"), !path.contains("\0") else {
      throw ConnectError(
        code: .invalidArgument,
        message: "the endpoint \"\(text)\" is not a Unix socket: it must look like \(Endpoint.standard)")
    }
    self.init(path: String(path))
  }

  /// The endpoint as a URL.
  public var description: String { "unix://\(path)" }
}
