import Synchronization
import SystemPackage

/// A conversation with the kernel's rtnetlink in one network namespace.
///
/// It stays bound for ever to the namespace it was opened in, whatever its users do later. Calls are synchronous, take
/// microseconds and are made one after the other however many threads make them. Nothing is cached. Reading needs no
/// privilege, changing needs CAP_NET_ADMIN in the user namespace that owns the network namespace. The socket is closed
/// with the last reference. Follows rtnetlink(7), over libmnl.
public final class RouteSocket: Sendable {
  private let conversation: Mutex<Conversation>

  /// Opens a socket in the calling thread's network namespace.
  public convenience init() throws(NetlinkError) {
    do throws(Errno) {
      self.init(over: try MnlTransport())
    } catch {
      throw NetlinkError(errno: error, operation: "open netlink socket", subject: "in the thread's namespace")
    }
  }

  init(over transport: any Transport) {
    conversation = Mutex(Conversation(transport))
  }

  /// Has a change made; returns once the kernel has acknowledged it.
  func perform(_ request: borrowing Request) throws(NetlinkError) {
    _ = try conversation.withLock { conversation throws(NetlinkError) in
      try conversation.run(request) { _ throws(DecodingFailure) -> Never? in nil }
    }
  }

  /// Asks for a list, or for one object.
  func query<Item: Sendable>(
    _ request: borrowing Request, _ decode: @Sendable (Message) throws(DecodingFailure) -> Item?
  ) throws(NetlinkError) -> [Item] {
    try conversation.withLock { conversation throws(NetlinkError) in try conversation.run(request, decode: decode) }
  }
}
