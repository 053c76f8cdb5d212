import CMnl
import CNftnl
import Glibc
import LinuxKernel
import Netlink
import Synchronization
import SystemPackage

/// A subscription to the kernel's notifications of changes of the ruleset in one network namespace.
///
/// It stays bound for ever to the namespace it was opened in. Opening needs CAP_NET_ADMIN in the user namespace that
/// owns the network namespace. The socket is closed with the last reference. Follows `nft monitor`.
public final class RulesetMonitor: Sendable {
  /// One `read` takes at most so many datagrams, so that it ends whoever keeps changing things.
  private static let mostAtOnce = 1024

  private let transport: Mutex<any Transport>
  private let descriptorNumber: Int32

  /// Readable while there is something to ``read()``; for poll(2) and epoll(7), and never to be closed.
  public var descriptor: Int32 { descriptorNumber }

  /// Subscribes in the calling thread's network namespace. What happens from now on will be told about.
  public convenience init() throws(NetfilterError) {
    do throws(Errno) {
      try self.init(over: Self.subscribe())
    } catch {
      throw NetfilterError(errno: error, command: "monitor the ruleset of the thread's namespace")
    }
  }

  /// Subscribes in the network namespace that `path` names; see ``NetfilterSocket/init(inside:)``.
  public convenience init(inside path: String) throws(NetfilterError) {
    do {
      try self.init(over: NetworkNamespace.visit(path) { try Self.subscribe() })
    } catch {
      let kernelError = error as? KernelError
      // But for the kernel's own errors only the subscription is left to throw, and it throws an errno.
      let errno = kernelError?.errno ?? (error as? Errno) ?? .ioError
      throw NetfilterError(
        errno: errno, command: "monitor the ruleset of \(path)", detail: kernelError?.description)
    }
  }

  private convenience init(over transport: MnlTransport) throws(Errno) {
    self.init(over: transport, descriptor: transport.descriptor)
  }

  init(over transport: any Transport, descriptor: Int32) {
    self.transport = Mutex(transport)
    descriptorNumber = descriptor
  }

  private static func subscribe() throws(Errno) -> MnlTransport {
    let transport = try MnlTransport(protocol: NETLINK_NETFILTER)
    var group = Int32(NFNLGRP_NFTABLES.rawValue)
    // SOL_NETLINK, which the C library's headers lack.
    guard
      setsockopt(transport.descriptor, 270, NETLINK_ADD_MEMBERSHIP, &group, socklen_t(MemoryLayout<Int32>.size)) == 0
    else { throw Errno(rawValue: errno) }
    let flags = fcntl(transport.descriptor, F_GETFL)
    guard flags >= 0, fcntl(transport.descriptor, F_SETFL, flags | O_NONBLOCK) == 0 else {
      throw Errno(rawValue: errno)
    }
    return transport
  }

  /// What has been told since the last call, without waiting for more; empty when there was nothing.
  ///
  /// A loss (ENOBUFS) comes as ``RulesetEvent/lost``, no error. When the descriptor is still readable afterwards, there
  /// is more.
  public func read() throws(NetfilterError) -> [RulesetEvent] {
    var events: [RulesetEvent] = []
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: Conversation.bufferSize, alignment: 16)
    defer { buffer.deallocate() }
    return try transport.withLock { transport throws(NetfilterError) in
      for _ in 0..<Self.mostAtOnce {
        do throws(Errno) {
          let count = try transport.receive(into: buffer)
          var messages = MessageSequence(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
          while let message = messages.next() {
            if let event = RulesetEvent(message) { events.append(event) }
          }
          // What was cut off cannot be read any more.
          if !messages.isWhole { events.append(.lost) }
        } catch {
          // The transport's word for a socket that has nothing.
          if error == .timedOut { return events }
          guard error == .noBufferSpace || error == .noSpace else {
            throw NetfilterError(errno: error, command: "monitor the ruleset")
          }
          events.append(.lost)
        }
      }
      return events
    }
  }
}
