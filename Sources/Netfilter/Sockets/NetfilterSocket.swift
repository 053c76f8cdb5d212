import CMnl
import CNftnl
import Glibc
import LinuxKernel
import Netlink
import Synchronization
import SystemPackage

/// A conversation with the kernel's nf_tables in one network namespace.
///
/// It stays bound for ever to the namespace it was opened in, whatever its users do later. Calls are synchronous and
/// made one after the other however many threads make them. Nothing is cached. Listing and changing need CAP_NET_ADMIN
/// in the user namespace that owns the network namespace. The socket is closed with the last reference. Follows nft(8),
/// over libnftnl and libmnl.
public final class NetfilterSocket: Ruleset {
  /// Bytes of a transaction or its answers that may be under way: some 40,000 elements.
  private static let bufferSize: Int32 = 4 << 20

  /// The number under which the kernel's notifications name this socket's changes.
  public let portID: UInt32
  private let conversation: Mutex<Conversation>

  /// Opens a socket in the calling thread's network namespace.
  public convenience init() throws(NetfilterError) {
    do throws(Errno) {
      self.init(over: try Self.transport())
    } catch {
      throw NetfilterError(errno: error, command: "open netfilter socket in the thread's namespace")
    }
  }

  /// Opens a socket in the network namespace that `path` names (a bound or a `/proc/PID/ns/net` file).
  ///
  /// The calling thread goes there and then to the process' own namespace: see
  /// ``NetworkNamespace/visit(_:_:)-(String,_)``. Needs CAP_SYS_ADMIN in the namespace's user namespace and in one's
  /// own (setns(2)).
  public convenience init(inside path: String) throws(NetfilterError) {
    do {
      self.init(over: try NetworkNamespace.visit(path) { try Self.transport() })
    } catch {
      let kernelError = error as? KernelError
      // But for the kernel's own errors only the transport is left to throw, and it throws an errno.
      let errno = kernelError?.errno ?? (error as? Errno) ?? .ioError
      throw NetfilterError(
        errno: errno, command: "open netfilter socket in \(path)", detail: kernelError?.description)
    }
  }

  init(over transport: any Transport) {
    portID = transport.portID
    conversation = Mutex(Conversation(transport))
  }

  private static func transport() throws(Errno) -> MnlTransport {
    let transport = try MnlTransport(protocol: NETLINK_NETFILTER)
    // Without the privilege the defaults remain, which hold some 1000 elements.
    var size = bufferSize
    let length = socklen_t(MemoryLayout<Int32>.size)
    setsockopt(transport.descriptor, SOL_SOCKET, SO_SNDBUFFORCE, &size, length)
    setsockopt(transport.descriptor, SOL_SOCKET, SO_RCVBUFFORCE, &size, length)
    return transport
  }

  /// Carries a transaction out, all or nothing: see ``Ruleset/perform(_:)``. What cannot be meant is refused before the
  /// kernel is asked.
  ///
  /// When the answer fails to come (`malformedReply`, ETIMEDOUT), what became of the transaction is unknown.
  public func perform(_ transaction: Transaction) throws(NetfilterError) { try run(transaction, isTrial: false) }

  /// Tries a transaction in the kernel without changing anything: see ``Ruleset/check(_:)``.
  public func check(_ transaction: Transaction) throws(NetfilterError) { try run(transaction, isTrial: true) }

  private func run(_ transaction: Transaction, isTrial: Bool) throws(NetfilterError) {
    try transaction.validate()
    guard !transaction.commands.isEmpty else { return }
    try conversation.withLock { conversation throws(NetfilterError) in
      try conversation.perform(transaction, isTrial: isTrial)
    }
  }

  /// Asks for a list, or for one object.
  func query<Item: Sendable>(
    _ request: Request, _ decode: @Sendable (Message) throws(DecodingFailure) -> Item?
  ) throws(NetfilterError) -> [Item] {
    do throws(NetlinkError) {
      return try conversation.withLock { conversation throws(NetlinkError) in
        try conversation.run(request, decode: decode)
      }
    } catch {
      throw NetfilterError(error)
    }
  }
}
