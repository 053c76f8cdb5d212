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

  /// Has changes made, in their order and in one datagram, and returns once the kernel has acknowledged each.
  ///
  /// The kernel **executes every one, also those after a failed one**, of which the first is thrown. So none may do harm when
  /// one before it failed: what follows a link's birth addresses it by the index that was chosen for it, never by name.
  public func perform(_ changes: Change...) throws(NetlinkError) { try perform(changes) }

  /// Has changes made: see ``perform(_:)-([Change])``.
  public func perform(_ changes: [Change]) throws(NetlinkError) {
    guard let failure = try failures(of: changes).lazy.compactMap(\.self).first else { return }
    throw failure
  }

  /// Has changes made as ``perform(_:)`` does, and tells of each one how it failed; nil of those that were made.
  ///
  /// - Throws: Only what kept the answers from coming: what was made of the changes is unknown then.
  public func failures(of changes: [Change]) throws(NetlinkError) -> [NetlinkError?] {
    try conversation.withLock { conversation throws(NetlinkError) in
      try conversation.perform(changes.map(\.request))
    }
  }

  /// Asks for a list, or for one object.
  func query<Item: Sendable>(
    _ request: Request, _ decode: @Sendable (Message) throws(DecodingFailure) -> Item?
  ) throws(NetlinkError) -> [Item] {
    try conversation.withLock { conversation throws(NetlinkError) in try conversation.run(request, decode: decode) }
  }
}
