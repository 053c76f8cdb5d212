import CMnl
import Glibc
import LinuxKernel
import SystemPackage
import Testing

@testable import Netlink

@Suite(.enabled(if: isRoot, "needs root")) struct TransportTests {
  /// A request for the link with index 1.
  private func ask(_ transport: MnlTransport, sequence: UInt32) throws {
    let request = Request.getLink(.index(1))
    try request.encoded(sequence: sequence).withUnsafeBytes { try transport.send($0) }
  }

  /// What somebody with CAP_NET_ADMIN in the namespace sends: an acknowledgement of what was never done.
  private func forge(to port: UInt32, sequence: UInt32) throws {
    let socket = try MnlTransport()
    var message = nlmsghdr()
    message.nlmsg_len = UInt32(MemoryLayout<nlmsghdr>.size + 4)
    message.nlmsg_type = UInt16(NLMSG_ERROR)
    message.nlmsg_seq = sequence
    message.nlmsg_pid = port
    let bytes = withUnsafeBytes(of: message, Array.init) + [0, 0, 0, 0]
    var address = sockaddr_nl()
    address.nl_family = sa_family_t(AF_NETLINK)
    address.nl_pid = port
    let sent = withUnsafePointer(to: address) { address in
      address.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        sendto(socket.descriptor, bytes, bytes.count, 0, $0, socklen_t(MemoryLayout<sockaddr_nl>.size))
      }
    }
    #expect(sent == bytes.count)
  }

  @Test func takesAnswersFromTheKernelOnly() async throws {
    try await inPrivateNetworkNamespace {
      let transport = try MnlTransport()
      let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 32 << 10, alignment: 16)
      defer { buffer.deallocate() }
      for _ in 0..<3 { try forge(to: transport.portID, sequence: 7) }
      try ask(transport, sequence: 7)
      let count = try transport.receive(into: buffer)
      let header = buffer.loadUnaligned(as: nlmsghdr.self)
      #expect(count > 500 && header.nlmsg_type == UInt16(RTM_NEWLINK) && header.nlmsg_seq == 7)
      // One that an answer does not fit into is an error, not a shorter answer.
      try ask(transport, sequence: 8)
      #expect(throws: Errno.noSpace) {
        try transport.receive(into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<64]))
      }
    }
  }

  @Test func waitsForAnswersForTenSeconds() async throws {
    try await inPrivateNetworkNamespace {
      let transport = try MnlTransport()
      var limit = timeval()
      var size = socklen_t(MemoryLayout<timeval>.size)
      #expect(getsockopt(transport.descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, &size) == 0)
      #expect(limit.tv_sec == 10 && limit.tv_usec == 0)
      // Shorter, so that the test need not wait for them.
      limit = timeval(tv_sec: 0, tv_usec: 20_000)
      #expect(setsockopt(transport.descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, size) == 0)
      let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 4096, alignment: 16)
      defer { buffer.deallocate() }
      #expect(throws: Errno.timedOut) { try transport.receive(into: buffer) }
      try forge(to: transport.portID, sequence: 1)
      #expect(throws: Errno.timedOut) { try transport.receive(into: buffer) }
    }
  }

  @Test func goesOnAfterASignal() async throws {
    try await inPrivateNetworkNamespace {
      let transport = try MnlTransport()
      // Without SA_RESTART.
      var action = sigaction()
      action.__sigaction_handler.sa_handler = { _ in }
      var before = sigaction()
      sigaction(SIGUSR2, &action, &before)
      defer { sigaction(SIGUSR2, &before, nil) }
      let receiver = pthread_self()
      let end = try EventDescriptor()
      let hasEnded = try EventDescriptor()
      try DedicatedThread.start(name: "berth-test-sig") {
        // The receiver waits for an answer to nothing; in its midst the request comes.
        for round in 0..<40 where !Poll.isReadable(end.raw, until: .now + .milliseconds(2)) {
          pthread_kill(receiver, SIGUSR2)
          if round == 20 { try? self.ask(transport, sequence: 9) }
        }
        hasEnded.signal()
      }
      let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 32 << 10, alignment: 16)
      defer { buffer.deallocate() }
      #expect(try transport.receive(into: buffer) > 500)
      end.signal()
      #expect(Poll.isReadable(hasEnded.raw, until: .now + .seconds(20)))
    }
  }
}
