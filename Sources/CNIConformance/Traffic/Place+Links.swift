import Glibc
import LinuxKernel
import Netlink

extension Place {
  /// A conversation about its links, addresses and routes.
  func routeSocket() throws -> RouteSocket { try visit { try RouteSocket() } }

  /// Whether an IPv6 address of it still waits for duplicate address detection.
  func hasTentativeAddress() throws -> Bool {
    let socket = try routeSocket()
    return try socket.links().contains { link in
      try link.isUp && socket.addresses(ofLink: link.index).contains { $0.isTentative && !$0.isDuplicate }
    }
  }

  /// Has it ask for the MACs of its neighbours again.
  func forgetNeighbours() throws {
    let socket = try routeSocket()
    for link in try socket.links() where link.isUp {
      for neighbour in try socket.neighbours(ofLink: link.index) {
        // One that the kernel has just dropped itself is as good.
        _ = try socket.failures(of: [.deleteNeighbour(neighbour.address, ofLink: link.index)])
      }
    }
  }

  /// The driver of a link of it; nil where there is no such link, or none is told.
  func kind(of interface: String) throws -> String? {
    try routeSocket().links().first { $0.name == interface }?.kind
  }

  /// How large packets on a link of it may be.
  func mtu(of interface: String) throws -> Int { Int(try routeSocket().link(named: interface).mtu) }
}
