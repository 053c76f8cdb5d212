import CMnl
import Glibc
public import LinuxKernel
import Synchronization
import SystemPackage

/// The kernel's list of the sockets in one network namespace (sock_diag(7)).
///
/// It stays bound for ever to the namespace it was opened in. The socket is closed with the last reference. Needs no privilege, but
/// a kernel with inet_diag: ENOENT otherwise.
public final class SocketDiagnostics: Sendable {
  /// A transport protocol.
  public enum Proto: Sendable, Hashable {
    /// Streams.
    case tcp
    /// Datagrams.
    case udp
  }

  private let conversation: Mutex<Conversation>

  /// Opens a socket in the calling thread's network namespace.
  public convenience init() throws(NetlinkError) {
    do throws(Errno) {
      self.init(over: try MnlTransport(protocol: NETLINK_SOCK_DIAG))
    } catch {
      throw NetlinkError(errno: error, operation: "open socket diagnostics", subject: "in the thread's namespace")
    }
  }

  init(over transport: any Transport) { conversation = Mutex(Conversation(transport)) }

  /// The sockets of a family and a protocol that wait for what comes to their ports.
  public func listeners(_ family: IPAddress.Family, _ proto: Proto) throws(NetlinkError) -> [ListeningSocket] {
    try conversation.withLock { conversation throws(NetlinkError) in
      try conversation.run(.listListeners(family, proto)) { message throws(DecodingFailure) in
        try ListeningSocket(message)
      }
    }
  }
}

extension Request {
  fileprivate static func listListeners(
    _ family: IPAddress.Family, _ proto: SocketDiagnostics.Proto
  ) -> Request {
    var request = Request("list sockets", "that listen", type: Int(SOCK_DIAG_BY_FAMILY), flags: NLM_F_DUMP)
    var wanted = inet_diag_req_v2()
    wanted.sdiag_family = family.kernel
    wanted.sdiag_protocol = UInt8(proto == .tcp ? IPPROTO_TCP : IPPROTO_UDP)
    // The kernel says of a UDP socket without a partner what it says of a closed one of TCP.
    wanted.idiag_states = 1 << UInt32(proto == .tcp ? TCP_LISTEN : TCP_CLOSE)
    request.putFixed(wanted)
    return request
  }
}
