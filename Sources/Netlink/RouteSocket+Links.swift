import SystemPackage

extension RouteSocket {
  /// All links of the namespace, in the order of their indexes.
  public func links() throws(NetlinkError) -> [Link] {
    try query(.listLinks()) { message throws(DecodingFailure) in try Link(message) }.sorted { $0.index < $1.index }
  }

  /// The link of a name; throws `linkNotFound` when there is none.
  public func link(named name: String) throws(NetlinkError) -> Link {
    try Self.check(name, for: "look up link")
    return try link(.name(name))
  }

  /// The link of an index; throws `linkNotFound` when there is none.
  public func link(index: Int32) throws(NetlinkError) -> Link {
    try link(.index(index))
  }

  /// Brings a link up; one that is up already stays so.
  public func setUp(_ index: Int32) throws(NetlinkError) {
    try perform(.setFlags("set link up", link: index, flags: .up, mask: .up))
  }

  /// Sets the largest packet a link takes, in bytes.
  public func setMTU(_ mtu: UInt32, ofLink index: Int32) throws(NetlinkError) {
    try perform(.setMTU(mtu, link: index))
  }

  /// Puts a link under a bridge, or with nil takes it from the one it is under.
  public func setMaster(_ master: Int32?, ofLink index: Int32) throws(NetlinkError) {
    try perform(.setMaster(master, link: index))
  }

  /// Deletes a link, and with a veth its peer; throws `linkNotFound` when there is none.
  public func deleteLink(_ index: Int32) throws(NetlinkError) {
    try perform(.deleteLink(.index(index)))
  }

  /// Deletes a link by its name; throws `linkNotFound` when there is none.
  public func deleteLink(named name: String) throws(NetlinkError) {
    try Self.check(name, for: "delete link")
    try perform(.deleteLink(.name(name)))
  }

  /// Makes a pair of joined links, both down; the peer in the network namespace that `path` names, or in this one.
  ///
  /// Throws `alreadyExists` when a name is taken; then neither is made.
  public func createVethPair(name: String, peer: String, peerNamespace path: String? = nil) throws(NetlinkError) {
    try Self.check(name, for: "create veth pair")
    try Self.check(peer, for: "create veth pair")
    let namespace = try path.map { path throws(NetlinkError) in try NamespaceDescriptor(path) }
    try perform(.createVeth(name: name, peer: peer, peerNamespace: namespace?.rawValue))
  }

  /// Makes a bridge, down and without ports; throws `alreadyExists` when the name is taken.
  public func createBridge(_ name: String) throws(NetlinkError) {
    try Self.check(name, for: "create bridge")
    try perform(.createLink(kind: "bridge", name: name))
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

  /// Refuses what the kernel would refuse or, with a zero byte in it, would take for another name (dev_valid_name).
  private static func check(_ name: String, for operation: String) throws(NetlinkError) {
    let invalid: (UInt8) -> Bool = {
      [0, UInt8(ascii: "/"), UInt8(ascii: ":")].contains($0) || (9...13).contains($0) || $0 == 32
    }
    guard (1...15).contains(name.utf8.count), name != ".", name != "..", !name.utf8.contains(where: invalid) else {
      throw NetlinkError(
        .invalidArgument, errno: .invalidArgument, operation: operation, subject: "\"\(name)\"",
        detail: "an interface name has 1 to 15 bytes without blanks, slashes and colons, and is neither . nor ..")
    }
  }
}
