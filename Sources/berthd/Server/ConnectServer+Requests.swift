import JSON
import NIOHTTP1
import RuntimeAPI

extension ConnectServer {
  /// What a head asks for, if it is as HTTP and the Connect protocol want it.
  func target(of head: HTTPRequestHead) throws(Refusal) -> Target {
    guard head.isOld || head.headers.contains(name: "host") else {
      throw Refusal(.invalidArgument, "the request has no Host header, which HTTP/1.1 wants of every one")
    }
    if let page = pages[head.path] {
      guard head.method == .GET || head.method == .HEAD else { throw .wrongMethod(head, use: "GET") }
      return .page(page)
    }
    guard let route = routes[head.path] else { throw unknown(head.path) }
    guard head.method == .POST else { throw .wrongMethod(head, use: "POST") }
    try checkContentType(head, route)
    let encoding = try encoding(of: head, route)
    if let version = head.field("connect-protocol-version"), !version.hasSameBytes(as: "1") {
      throw Refusal(
        .invalidArgument, "Connect-Protocol-Version \"\(version.beginning(64))\" is not served; it must be \"1\"")
    }
    if case .invalid(let text) = head.timeout {
      throw Refusal(
        .invalidArgument,
        "Connect-Timeout-Ms \"\(text.beginning(64))\" is not a number of milliseconds, 1 to 10 digits and above 0")
    }
    if let length = head.field("content-length").flatMap({ Int($0) }), length > limits.maxRequestBodyBytes {
      throw .tooLarge(limits.maxRequestBodyBytes)
    }
    return .route(route, encoding)
  }

  private func checkContentType(_ head: HTTPRequestHead, _ route: Route) throws(Refusal) {
    let contentType = head.field("content-type")
    guard !(contentType.map { MediaType.matches($0, route.contentType) } ?? false) else { return }
    let found = contentType.map { "Content-Type \"\($0.beginning(64))\" is not served" } ?? "Content-Type is missing"
    throw Refusal(
      .invalidArgument, "\(found); send JSON with \"Content-Type: \(route.contentType)\"", status: 415,
      headers: [("accept-post", route.contentType)])
  }

  /// How the body is packed; of a stream, how a message in it may be.
  private func encoding(of head: HTTPRequestHead, _ route: Route) throws(Refusal) -> RequestBody.Encoding {
    let names = route.isStream ? ["content-encoding", "connect-content-encoding"] : ["content-encoding"]
    var last = RequestBody.Encoding.identity
    for name in names {
      guard let text = head.field(name) else { continue }
      let found = RequestBody.Encoding(rawValue: text.lowercased())
      guard let found, !route.isStream || name != "content-encoding" || found == .identity else {
        throw Refusal(
          .unimplemented, "\(name) \"\(text.beginning(64))\" is not served; send the body as it is, or gzip",
          headers: [(route.isStream ? "connect-accept-encoding" : "accept-encoding", "gzip")])
      }
      last = found
    }
    return last
  }

  private func unknown(_ path: String) -> Refusal {
    // Names are compared within their service, so that a longer one does not make its methods look alike.
    let (service, method) = Self.parts(of: path)
    let methods = routes.keys.filter { Self.parts(of: $0).service.hasSameBytes(as: service) }
    let nearest =
      methods.isEmpty
      ? NearestName.of(path, among: Array(routes.keys))
      : NearestName.of(method, among: methods.map { Self.parts(of: $0).method }).map { "\(service)/\($0)" }
    return Refusal(
      .unimplemented, "there is no method \(path.beginning(200))\(nearest.map { "; did you mean \($0)?" } ?? "")")
  }

  private static func parts(of path: String) -> (service: String, method: String) {
    guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return ("", path) }
    return (String(path[..<slash]), String(path[path.utf8.index(after: slash)...]))
  }
}

extension Refusal {
  /// A deadline that is shorter than the request's way.
  static let deadlinePassed = Refusal(.deadlineExceeded, "the deadline passed before the request had arrived")

  fileprivate static func wrongMethod(_ head: HTTPRequestHead, use method: String) -> Refusal {
    Refusal(
      .unimplemented, "\(head.method.rawValue.beginning(64)) is not served at \(head.path); use \(method)", status: 405,
      headers: [("allow", method)])
  }
}
