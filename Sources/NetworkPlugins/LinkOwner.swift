import CNI
import CNIPlugin
import JSON
import LinuxKernel
import Netlink

/// Whose a link of the host is: written on it as its alias, `<network's hash>/<container>/<interface>`, and in its name.
struct LinkOwner: Hashable, CustomStringConvertible {
  let network: String
  let identity: AttachmentIdentity
  /// The alias.
  let description: String
  /// The host's end of a veth pair, as the reference plugins call theirs: `veth` and eight digits, by which NetworkManager and
  /// others leave it alone.
  let linkName: String

  init(network: String, identity: AttachmentIdentity) {
    self.network = network
    self.identity = identity
    let text = "\(network)\0\(identity.containerID)\0\(identity.interfaceName)"
    linkName = "veth" + SHA512.hexDigest(of: Array(text.utf8)).prefix(8)
    description = "\(Self.hash(of: network))/\(Self.shown(identity.containerID))/\(identity.interfaceName)"
  }

  init<Configuration>(of call: PluginCall<Configuration>) { self.init(network: call.network, identity: call.identity) }

  /// The digits that stand for a network: its own name may be longer than an alias has room for.
  static func hash(of network: String) -> String {
    String(SHA512.hexDigest(of: Array(network.utf8)).prefix(hashLength))
  }

  /// A container's id as an alias tells it: a comment of nf_tables has no room for a long one, of which the beginning stands
  /// there, and digits that stand for all of it.
  static func shown(_ containerID: String) -> String {
    let bytes = Array(containerID.utf8)
    guard bytes.count > shownLength else { return containerID }
    return String(decoding: bytes.prefix(shownLength / 2), as: UTF8.self) + "~"
      + SHA512.hexDigest(of: bytes).prefix(shownLength / 2 - 1)
  }

  private static let shownLength = 64

  /// Whether an alias or an element's comment is this owner's.
  func isNamed(by text: String?) -> Bool { text?.hasSameBytes(as: description) == true }

  /// Whether an alias or an element's comment is of the same container, whichever its interface.
  func isOfSameContainer(as text: String?) -> Bool {
    text.flatMap { Self.identity(in: $0) }?.containerID.hasSameBytes(as: Self.shown(identity.containerID)) == true
  }

  /// The attachment that an alias of that network names, its container as it is ``shown(_:)``; nil of any other text.
  static func identity(in alias: String, of network: String) -> AttachmentIdentity? {
    guard alias.utf8.starts(with: hash(of: network).utf8) else { return nil }
    return identity(in: alias)
  }

  /// The attachment that an alias names, whatever its network; nil of a text of somebody else's.
  static func identity(in alias: String) -> AttachmentIdentity? {
    let parts = alias.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 3, parts[0].utf8.count == hashLength, parts[0].utf8.allSatisfy(isHexDigit) else { return nil }
    return AttachmentIdentity(containerID: parts[1], interfaceName: parts[2])
  }

  private static let hashLength = 16
  private static func isHexDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte) }

  /// The link of the host that is this owner's; nil where there is none, or somebody else's of that name.
  func link(_ socket: RouteSocket) throws(NetlinkError) -> Link? {
    do throws(NetlinkError) {
      let link = try socket.link(named: linkName)
      return isNamed(by: link.alias) ? link : nil
    } catch {
      guard error.code == .linkNotFound else { throw error }
      return nil
    }
  }
}

extension PluginCall {
  /// Whether an attachment that an alias names is one of those that are valid.
  func isValid(_ named: AttachmentIdentity) -> Bool {
    if validAttachments.contains(named) { return true }
    guard named.containerID.utf8.contains(UInt8(ascii: "~")) else { return false }
    return validAttachments.contains {
      LinkOwner.shown($0.containerID) == named.containerID && $0.interfaceName == named.interfaceName
    }
  }
}
