import CMnl
import Glibc
package import SystemPackage

/// What a conversation with the kernel needs of a netlink socket; the seam at which tests put recorded answers.
package protocol Transport: AnyObject, Sendable {
  /// The port id under which the kernel knows this socket.
  var portID: UInt32 { get }
  func send(_ request: UnsafeRawBufferPointer) throws(Errno)
  /// Receives one datagram of the kernel's whole; ENOSPC when the buffer is too small for it.
  func receive(into buffer: UnsafeMutableRawBufferPointer) throws(Errno) -> Int
  /// Throws away what is left of an abandoned answer.
  func discardPending()
}

/// A netlink socket of libmnl, of NETLINK_ROUTE unless another protocol is asked for, owned, closed on exec, bound to the network namespace of the thread that opened
/// it.
package final class MnlTransport: Transport {
  // The pointer never changes, and what libmnl does with it here are system calls on one descriptor.
  nonisolated(unsafe) private let socket: OpaquePointer
  package let portID: UInt32
  /// Seconds.
  static let patience = 10

  package init(protocol number: Int32 = NETLINK_ROUTE) throws(Errno) {
    guard let socket = mnl_socket_open2(number, Int32(SOCK_CLOEXEC.rawValue)) else { throw Self.lastError() }
    guard mnl_socket_bind(socket, 0, MNL_SOCKET_AUTOPID) == 0 else {
      let error = Self.lastError()
      mnl_socket_close(socket)
      throw error
    }
    self.socket = socket
    portID = mnl_socket_get_portid(socket)
    // Kernels before 4.12 and 4.20 lack these; errors are then without words and listings unfiltered, which the
    // decoders allow for.
    enable(NETLINK_EXT_ACK)
    enable(NETLINK_CAP_ACK)
    enable(NETLINK_GET_STRICT_CHK)
    // The kernel queues its answer before send returns, so a wait means a lost answer: fail then instead of hanging.
    var limit = timeval(tv_sec: Self.patience, tv_usec: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
  }

  deinit { mnl_socket_close(socket) }

  package func send(_ request: UnsafeRawBufferPointer) throws(Errno) {
    while mnl_socket_sendto(socket, request.baseAddress, request.count) < 0 {
      let error = Self.lastError()
      if error != .interrupted { throw error }
    }
  }

  /// Whoever has CAP_NET_ADMIN in the namespace may send to this socket's port: what does not come from the kernel, whose
  /// port id is 0, is thrown away.
  package func receive(into buffer: UnsafeMutableRawBufferPointer) throws(Errno) -> Int {
    let deadline = SuspendingClock.now.advanced(by: .seconds(Self.patience))
    while true {
      var sender = sockaddr_nl()
      let count = receive(into: buffer, from: &sender)
      if count >= 0, sender.nl_pid == 0 {
        guard count <= buffer.count else { throw .noSpace }
        return count
      }
      let error = count < 0 ? Self.lastError() : .interrupted
      if error == .resourceTemporarilyUnavailable { throw .timedOut }
      if error != .interrupted { throw error }
      // Others may send for ever.
      if deadline <= .now { throw .timedOut }
    }
  }

  /// With MSG_TRUNC the whole datagram's length, also where the buffer is shorter.
  private func receive(into buffer: UnsafeMutableRawBufferPointer, from sender: inout sockaddr_nl) -> Int {
    var length = socklen_t(MemoryLayout<sockaddr_nl>.size)
    return withUnsafeMutablePointer(to: &sender) { sender in
      sender.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        recvfrom(descriptor, buffer.baseAddress, buffer.count, Int32(MSG_TRUNC), address, &length)
      }
    }
  }

  package func discardPending() {
    var byte: UInt8 = 0
    var failures = 0
    // Each call takes one datagram, cut to the byte there is room for. A pending overrun is reported once as an error;
    // go on behind it.
    while failures < 2 {
      if recv(descriptor, &byte, 1, Int32(MSG_DONTWAIT)) < 0 {
        let error = Self.lastError()
        if error == .resourceTemporarilyUnavailable { return }
        if error != .interrupted { failures += 1 }
      }
    }
  }

  package var descriptor: Int32 { mnl_socket_get_fd(socket) }

  private func enable(_ option: Int32) {
    var one: Int32 = 1
    mnl_socket_setsockopt(socket, option, &one, socklen_t(MemoryLayout<Int32>.size))
  }

  private static func lastError() -> Errno { Errno(rawValue: errno) }
}
