import CMnl
public import LinuxKernel

/// An IP address of a link.
public struct InterfaceAddress: Sendable, Hashable {
  /// How far an address or route reaches (RT_SCOPE_…).
  public enum Scope: Sendable, Hashable {
    /// Everywhere.
    case global
    /// On the link.
    case link
    /// On this host.
    case host
    /// Any other value, as the kernel gave it.
    case other(UInt8)

    init(rawValue: UInt8) {
      self =
        switch Int(rawValue) {
        case Int(RT_SCOPE_UNIVERSE.rawValue): .global
        case Int(RT_SCOPE_LINK.rawValue): .link
        case Int(RT_SCOPE_HOST.rawValue): .host
        default: .other(rawValue)
        }
    }
  }

  /// The address with its prefix length.
  public let prefix: IPPrefix
  /// The link it belongs to.
  public let linkIndex: Int32
  /// The other end's address, where that is not the link's own.
  public let peer: IPAddress?
  /// The broadcast address, where one is set.
  public let broadcast: IPAddress?
  /// How far it reaches.
  public let scope: Scope
  /// The kernel's `IFA_F_…` bits.
  public let flags: UInt32

  /// Whether duplicate address detection still runs, so that it cannot be used yet (IPv6).
  public var isTentative: Bool { flags & UInt32(IFA_F_TENTATIVE) != 0 }
  /// Whether another host was found to have it (IPv6).
  public var isDuplicate: Bool { flags & UInt32(IFA_F_DADFAILED) != 0 }
}

extension InterfaceAddress {
  /// Decodes an RTM_NEWADDR of IPv4 or IPv6; other messages are left out of a listing.
  init?(_ message: Message) throws(DecodingFailure) {
    guard message.type == Int(RTM_NEWADDR) else { return nil }
    guard let header = message.fixed(ifaddrmsg.self) else { throw DecodingFailure("address message too short") }
    guard let family = IPAddress.Family(kernel: header.ifa_family) else { return nil }
    var flags = UInt32(header.ifa_flags)
    var found: [Int: IPAddress] = [:]
    for attribute in message.attributes(after: ifaddrmsg.self) {
      if attribute.type == Int(IFA_FLAGS) {
        flags = attribute.uint32 ?? flags
      } else if let address = attribute.address, address.family == family {
        found[attribute.type] = address
      }
    }
    // On point-to-point links IFA_ADDRESS is the other end; IPv6 leaves IFA_LOCAL out otherwise.
    let far = found[Int(IFA_ADDRESS)]
    guard let local = found[Int(IFA_LOCAL)] ?? far, let prefix = IPPrefix(local, length: Int(header.ifa_prefixlen))
    else {
      throw DecodingFailure("address message of link \(header.ifa_index) without a valid address")
    }
    self.init(
      prefix: prefix, linkIndex: Int32(truncatingIfNeeded: header.ifa_index), peer: far == local ? nil : far,
      broadcast: found[Int(IFA_BROADCAST)], scope: Scope(rawValue: header.ifa_scope), flags: flags)
  }
}
