import CNI
import CNIPlugin
import LinuxKernel
import Netlink
import SystemPackage

/// An intermediate functional block device: a link of the host where waits what a pod sends.
struct IFB {
  /// Its kind in the kernel.
  static let kind = "ifb"

  let name: String
  let mac: MACAddress
  let index: Int32

  /// Makes one, up, with its owner's name on it and its bucket; on failure nothing of it.
  ///
  /// One name is the reference plugin's; where another interface of the same pod and network has it, a second one is taken.
  init(_ owner: LinkOwner, mtu: UInt32, bucket: TokenBucket, _ socket: RouteSocket) throws {
    // Given at its birth: udev draws another for a link whose address the kernel drew.
    mac = .random()
    index = try socket.unusedNumber()
    var link = NewLink(owner.ifbNames[0])
    (link.index, link.mac, link.mtu, link.transmitQueueLength, link.isUp) = (index, mac, mtu, 0, true)
    if let other = try socket.existing(link.name), !owner.isNamed(by: other.alias) { link.name = owner.ifbNames[1] }
    name = link.name
    let failures = try socket.failures(of: [
      .createIFB(link), .setAlias(owner.description, ofLink: index), .addTokenBucket(bucket, toLink: index),
    ])
    if let failure = failures[0] { throw Self.missing(failure) ?? failure }
    guard let failure = failures.lazy.compactMap(\.self).first else { return }
    // Whoever asked is told what failed first.
    try? delete(socket)
    throw failure
  }

  /// Takes it away; waits for the kernel, some 15 ms.
  func delete(_ socket: RouteSocket) throws { try socket.perform(.deleteLink(index)) }

  /// Deletes what an owner has.
  static func delete(_ owner: LinkOwner) throws {
    let socket = try RouteSocket()
    for link in try all(of: owner, socket) {
      do throws(NetlinkError) {
        try socket.perform(.deleteLink(link.index))
      } catch {
        guard error.code == .linkNotFound else { throw error }
      }
    }
  }

  /// The one that an owner has; nil where there is none.
  static func find(_ owner: LinkOwner, _ socket: RouteSocket) throws -> Link? {
    try all(of: owner, socket).first { owner.isNamed(by: $0.alias) }
  }

  /// The reference plugin writes no owner on its own; the name alone tells whose it is.
  private static func all(of owner: LinkOwner, _ socket: RouteSocket) throws -> [Link] {
    try owner.ifbNames.enumerated().compactMap { number, name in
      guard let link = try socket.existing(name), link.kind == kind else { return nil }
      return owner.isNamed(by: link.alias) || number == 0 && link.alias == nil ? link : nil
    }
  }

  /// Why there can be none here; nil where there can. Asks the kernel for one whose MTU it must
  /// refuse: it knows the kind by then, or does not.
  static var reasonWhyNot: String? {
    do throws(NetlinkError) {
      let socket = try RouteSocket()
      var link = NewLink("bwp-probe")
      link.mtu = .max
      try socket.perform(.createIFB(link))
      try socket.perform(.deleteLink(named: link.name))
      return nil
    } catch {
      return missing(error)?.message
    }
  }

  /// What is said where the kernel does not know the kind; nil of any other failure to make one.
  static func missing(_ error: NetlinkError) -> PluginError? {
    guard error.errno == .notSupportedOnSocket else { return nil }
    return PluginError(
      "this kernel has no ifb, by which a pod's sending is limited: \(error)", code: CNIError.Code.ioFailure,
      details: "load the module ifb (CONFIG_IFB), or leave egressRate and egressBurst out")
  }
}

extension LinkOwner {
  /// What an ifb is called: as the reference plugin calls its own, which has one for a pod on a network; and where another
  /// interface of the pod has that one.
  var ifbNames: [String] {
    [network + identity.containerID, "\(network)\0\(identity.containerID)\0\(identity.interfaceName)"].map {
      "bwp" + SHA512.hexDigest(of: Array($0.utf8)).prefix(12)
    }
  }
}
