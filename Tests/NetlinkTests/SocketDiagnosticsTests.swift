import Glibc
import LinuxKernel
import Netlink
import Testing

@Suite(.enabled(if: isRoot, "needs root")) struct SocketDiagnosticsTests {
  @Test func listsWhatWaitsForItsPortAndNothingElse() async throws {
    try await inPrivateNetworkNamespace {
      let routes = try RouteSocket()
      try routes.perform(.setUp(routes.link(named: "lo").index))
      let sockets = [
        bound(SOCK_STREAM, 7001), bound(SOCK_STREAM, 7002), bound(SOCK_DGRAM, 7003), bound(SOCK_DGRAM, 7004),
      ]
      defer { for socket in sockets { close(socket) } }
      #expect(listen(sockets[0], 1) == 0)
      // One that is connected has all its packets from one place.
      #expect(withLoopback(7003) { connect(sockets[3], $0, $1) } == 0)

      let diagnostics = try SocketDiagnostics()
      let loopback = try #require(IPAddress("127.0.0.1"))
      #expect(try diagnostics.listeners(.v4, .tcp) == [ListeningSocket(address: loopback, port: 7001)])
      #expect(try diagnostics.listeners(.v4, .udp) == [ListeningSocket(address: loopback, port: 7003)])
      #expect(try diagnostics.listeners(.v6, .tcp).isEmpty)
    }
  }

  private func bound(_ kind: __socket_type, _ port: UInt16) -> Int32 {
    let descriptor = socket(AF_INET, Int32(kind.rawValue) | O_CLOEXEC, 0)
    #expect(withLoopback(port) { bind(descriptor, $0, $1) } == 0)
    return descriptor
  }

  private func withLoopback(_ port: UInt16, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
    var address = sockaddr_in()
    (address.sin_family, address.sin_port) = (sa_family_t(AF_INET), port.bigEndian)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    return withUnsafePointer(to: address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
    }
  }
}
