import CMnl

/// A change that the kernel is asked for: what `RouteSocket.perform` takes, alone or several in one datagram.
///
/// A value; nothing is sent when it is made. A name that no interface can have is refused then, with `invalidArgument`.
public struct Change: Sendable {
  let request: Request

  init(_ request: Request) { self.request = request }
}

extension Request {
  /// A change that is to be acknowledged; with `creating`, of something that must not be there yet.
  init(change operation: String, _ subject: String, type: some BinaryInteger, creating: Bool = false) {
    self.init(
      operation, subject, type: Int(type), flags: NLM_F_ACK | (creating ? NLM_F_CREATE | NLM_F_EXCL : 0))
  }
}
