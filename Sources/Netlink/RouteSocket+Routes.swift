extension RouteSocket {
  /// The routes of both families in one table, or with nil in all of them, the kernel's own of the local table
  /// included.
  public func routes(table: UInt32? = Route.mainTable) throws(NetlinkError) -> [Route] {
    try query(.listRoutes()) { message throws(DecodingFailure) in try Route(message) }
      .filter { table == nil || $0.table == table }
  }

  /// Adds a route; throws `alreadyExists` when there is one to that destination with that metric in that table.
  public func addRoute(_ route: Route) throws(NetlinkError) {
    try perform(.addRoute(route))
  }

  /// Deletes the first route that agrees in what is given; throws `notFound` when there is none.
  public func deleteRoute(_ route: Route) throws(NetlinkError) {
    try perform(.deleteRoute(route))
  }
}
