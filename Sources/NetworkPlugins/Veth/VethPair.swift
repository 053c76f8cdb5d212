import CNI
import CNIPlugin
import Glibc
import LinuxKernel
import Netlink

/// A pod's veth pair: born by one datagram with its peer inside the pod, both ends under their final names.
struct VethPair {
  /// What the ends are to be like.
  struct Description {
    let interfaceName: String
    let networkNamespace: String
    var mtu: UInt32?
    /// The pod's end's; a random one unless it is given.
    var mac: MACAddress?
    /// The bridge that the host's end is a port of, and how.
    var master: Int32?
    var port = BridgePort()
  }

  let owner: LinkOwner
  /// The host's end.
  let index: Int32
  /// The two ends' hardware addresses.
  let host: MACAddress
  let pod: MACAddress

  /// Makes the pair, its owner's name on it, and the port's flags; on failure nothing of it.
  ///
  /// Each change addresses the link by the number that was chosen for it: where its birth fails, nothing of another link is changed.
  /// - Parameter socket: The host's.
  /// - Parameter point: What its failpoints' names begin with.
  init(_ owner: LinkOwner, _ description: Description, over socket: RouteSocket, failing point: String) throws {
    let path = description.networkNamespace
    let namespace = OwnedDescriptor(try retrying("open", path) { open(path, O_RDONLY | O_CLOEXEC) })
    (self.owner, host, pod) = (owner, .random(), description.mac ?? .random())
    var link = NewLink(owner.linkName)
    (link.mac, link.mtu, link.master, link.isUp) = (host, description.mtu, description.master, true)
    var peer = NewLink(description.interfaceName)
    (peer.mac, peer.mtu, peer.namespace) = (pod, description.mtu, namespace.raw)
    try Failpoint.pass("\(point).before")
    index = try socket.unusedNumber()
    link.index = index
    try Self.make(link, peer, description.port, owner, socket)
    do throws(KernelError) {
      try Failpoint.pass("\(point).after")
    } catch {
      try delete()
      throw error
    }
  }

  private static func make(
    _ link: NewLink, _ peer: NewLink, _ port: BridgePort, _ owner: LinkOwner, _ socket: RouteSocket
  ) throws {
    let index = link.index ?? 0
    var changes: [Change] = [
      try .createVethPair(link, peer: peer), try .setAlias(owner.description, ofLink: index),
    ]
    if port.hairpin == true || port.isIsolated == true { changes.append(.setBridgePort(port, ofLink: index)) }
    let needed = changes.count
    // A bridge's port speaks for nobody: it has no need of an address, and nobody of its packets. There may be no IPv6.
    if link.master != nil { changes.append(.generateNoAddresses(onLink: index)) }
    let failures = try socket.failures(of: changes)
    if let failure = failures[0] { throw failure }
    guard let failure = failures.prefix(needed).lazy.compactMap(\.self).first else { return }
    try socket.perform(.deleteLink(index))
    throw failure
  }

  /// Takes it away.
  func delete() throws { try RouteSocket().perform(.deleteLink(index)) }
}
