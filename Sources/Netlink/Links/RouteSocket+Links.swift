import SystemPackage

extension RouteSocket {
  /// All links of the namespace, in the order of their indexes.
  public func links() throws(NetlinkError) -> [Link] {
    try query(.listLinks()) { message throws(DecodingFailure) in try Link(message) }.sorted { $0.index < $1.index }
  }

  /// The link of a name; throws `linkNotFound` when there is none.
  public func link(named name: String) throws(NetlinkError) -> Link {
    try InterfaceName.check(name, for: "look up link")
    return try link(.name(name))
  }

  /// The link of an index; throws `linkNotFound` when there is none.
  public func link(index: Int32) throws(NetlinkError) -> Link {
    try link(.index(index))
  }

  private func link(_ target: LinkTarget) throws(NetlinkError) -> Link {
    let found = try query(.getLink(target)) { message throws(DecodingFailure) in try Link(message) }
    guard let link = found.first else {
      throw NetlinkError(
        .malformedReply, errno: .protocolError, operation: "look up link", subject: target.description,
        detail: "the answer describes no link")
    }
    return link
  }
}
