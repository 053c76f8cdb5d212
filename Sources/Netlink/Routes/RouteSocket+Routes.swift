public import LinuxKernel
import SystemPackage

extension RouteSocket {
  /// The routes of both families in one table, or with nil in all of them, the kernel's own of the local table
  /// included.
  public func routes(table: UInt32? = Route.mainTable) throws(NetlinkError) -> [Route] {
    try query(.listRoutes()) { message throws(DecodingFailure) in try Route(message) }
      .filter { table == nil || $0.table == table }
  }

  /// The route by which a packet to an address would leave the host; nil where there is none, or one that refuses it.
  public func route(to address: IPAddress) throws(NetlinkError) -> Route? {
    do throws(NetlinkError) {
      return try query(.getRoute(to: address)) { message throws(DecodingFailure) in try Route(message) }.first
    } catch {
      guard Self.refusals.contains(error.errno) else { throw error }
      return nil
    }
  }

  /// No route, and what routes of the kinds `unreachable`, `prohibit` and `blackhole` say.
  private static let refusals: Set<Errno> = [
    .networkUnreachable, .noRouteToHost, .permissionDenied, .invalidArgument,
  ]
}
