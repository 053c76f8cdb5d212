package import CNI
import CNIPlugin
import JSON
import LinuxKernel
import Netlink

/// A link of the host that bears an attachment of ours as its alias: a pair's end, or an ifb.
package struct OwnedLink: Sendable, Hashable {
  /// Its name.
  package let name: String
  /// The attachment.
  package let identity: AttachmentIdentity
  /// Whether the kernel takes it away together with the pod's namespace, as it does a pair.
  package let goesWithNamespace: Bool
  /// Whether a pair's end passes nothing any more: the kernel is about to take it away.
  package let isCutOff: Bool
  private let index: Int32
  private let alias: String

  /// Nil of a link that bears nobody.
  private init?(_ link: Link) {
    guard link.kind == "veth" || link.kind == IFB.kind, let alias = link.alias,
      let identity = LinkOwner.identity(in: alias)
    else { return nil }
    (name, index, self.alias, self.identity) = (link.name, link.index, alias, identity)
    goesWithNamespace = link.kind == "veth"
    isCutOff = goesWithNamespace && link.isCutOff
  }

  /// All of them, whatever the network.
  package static func all() throws -> [OwnedLink] { try RouteSocket().links().compactMap(OwnedLink.init) }

  /// Those of an attachment, found by their names.
  package static func all(of identity: AttachmentIdentity, network: String) throws -> [OwnedLink] {
    let (owner, socket) = (LinkOwner(network: network, identity: identity), try RouteSocket())
    return try ([owner.linkName] + owner.ifbNames).compactMap { name in
      try socket.existing(name).flatMap { owner.isNamed(by: $0.alias) ? OwnedLink($0) : nil }
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

  /// Deletes the links of a kind that bear a call's network and belong to none of its valid attachments, as far as they are the
  /// caller's.
  static func collect<Configuration>(_ call: PluginCall<Configuration>, kind: String) throws {
    for link in try RouteSocket().links() where link.kind == kind {
      guard let owned = OwnedLink(link), LinkOwner.identity(in: owned.alias, of: call.network) != nil,
        !call.isValid(owned.identity), call.caller.owns?(owned.identity.containerID) ?? true
      else { continue }
      try owned.delete()
    }
  }
}

extension Link {
  /// Whether a pair's end on the host passes nothing any more: a bridge's port is disabled, any other is down.
  fileprivate var isCutOff: Bool { port.map { $0.state == .disabled } ?? !isUp }
}
