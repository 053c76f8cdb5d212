package import CNI
import CNIPlugin
import JSON
import LinuxKernel
import Netlink

/// A link of the host that bears an attachment of ours as its alias.
package struct OwnedLink: Sendable, Hashable {
  /// Its name.
  package let name: String
  /// The attachment.
  package let identity: AttachmentIdentity
  /// Whether its port passes nothing any more: the kernel takes it away together with the pod's namespace.
  package let isCutOff: Bool
  private let index: Int32
  private let alias: String

  /// All of them, whatever the network.
  package static func all() throws -> [OwnedLink] {
    try RouteSocket().links().compactMap { link in
      guard link.kind == "veth", let alias = link.alias, let identity = LinkOwner.identity(in: alias) else {
        return nil
      }
      return OwnedLink(
        name: link.name, identity: identity, isCutOff: link.isCutOff, index: link.index, alias: alias)
    }
  }

  /// The link of an attachment; nil where there is none.
  package static func of(_ identity: AttachmentIdentity, network: String) throws -> OwnedLink? {
    let owner = LinkOwner(network: network, identity: identity)
    return try owner.link(RouteSocket()).map {
      OwnedLink(
        name: $0.name, identity: identity, isCutOff: $0.isCutOff, index: $0.index,
        alias: owner.description)
    }
  }

  /// Deletes it, if it is still the same; waits for the kernel, some 25 ms.
  package func delete() throws {
    let socket = try RouteSocket()
    do throws(NetlinkError) {
      guard try socket.link(index: index).alias?.hasSameBytes(as: alias) == true else { return }
      try socket.perform(.deleteLink(index))
    } catch {
      guard error.code == .linkNotFound else { throw error }
    }
  }
}

extension Link {
  /// Whether a pair's end on the host passes nothing any more: a bridge's port is disabled, any other is down.
  fileprivate var isCutOff: Bool { port.map { $0.state == .disabled } ?? !isUp }
}
