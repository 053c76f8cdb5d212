import CMnl
public import LinuxKernel
import SystemPackage

extension Change {
  /// Brings a link up; one that is up already stays so.
  public static func setUp(_ index: Int32) -> Change { setFlags("set link up", index, .up, of: .up) }

  /// Takes a link down; one that is down already stays so.
  public static func setDown(_ index: Int32) -> Change { setFlags("set link down", index, [], of: .up) }

  /// Sets those of a link's flags that are in `mask`.
  public static func setFlags(_ flags: Link.Flags, of mask: Link.Flags, ofLink index: Int32) -> Change {
    setFlags("set flags", index, flags, of: mask)
  }

  /// Sets the largest packet a link takes, in bytes.
  public static func setMTU(_ mtu: UInt32, ofLink index: Int32) -> Change {
    set("set MTU", "\(mtu) of link \(index)", index) { $0.put(Int(IFLA_MTU), mtu) }
  }

  /// Sets a link's hardware address.
  public static func setMAC(_ mac: MACAddress, ofLink index: Int32) -> Change {
    set("set MAC", "\(mac) of link \(index)", index) { $0.put(Int(IFLA_ADDRESS), bytes: mac.bytes) }
  }

  /// Sets how many packets wait to be sent at most.
  public static func setTransmitQueueLength(_ length: UInt32, ofLink index: Int32) -> Change {
    set("set queue length", "\(length) of link \(index)", index) { $0.put(Int(IFLA_TXQLEN), length) }
  }

  /// Puts a link under a bridge, or with nil takes it from the one it is under.
  public static func setMaster(_ master: Int32?, ofLink index: Int32) -> Change {
    set("set master", "\(master.map { "link \($0)" } ?? "none") of link \(index)", index) {
      $0.put(Int(IFLA_MASTER), master ?? 0)
    }
  }

  /// Gives a link a text of its owner's, of 255 bytes at most; an empty one takes it away.
  ///
  /// The request that makes a link takes none (seen): it is the next one of the same datagram.
  public static func setAlias(_ alias: String, ofLink index: Int32) throws(NetlinkError) -> Change {
    guard alias.utf8.count <= 255, !alias.utf8.contains(0) else {
      throw NetlinkError(
        .invalidArgument, errno: .invalidArgument, operation: "set alias", subject: "of link \(index)",
        detail: "an alias has 255 bytes at most, and no zero")
    }
    return set("set alias", "\(alias) of link \(index)", index) { $0.put(Int(IFLA_IFALIAS), bytes: alias.utf8) }
  }

  /// Keeps a link from giving itself IPv6 addresses when it comes up (addr_gen_mode; what it has, it keeps). Fails where the kernel
  /// has no IPv6.
  public static func generateNoAddresses(onLink index: Int32) -> Change {
    set("keep from IPv6 addresses", "link \(index)", index) { request in
      request.nest(Int(IFLA_AF_SPEC)) { families in
        families.nest(Int(AF_INET6)) { $0.put(Int(IFLA_INET6_ADDR_GEN_MODE), UInt8(IN6_ADDR_GEN_MODE_NONE.rawValue)) }
      }
    }
  }

  /// Deletes a link, and with a veth its peer; fails with `linkNotFound` when there is none.
  public static func deleteLink(_ index: Int32) -> Change { deleteLink(.index(index)) }

  /// Deletes a link by its name; fails with `linkNotFound` when there is none.
  public static func deleteLink(named name: String) throws(NetlinkError) -> Change {
    try InterfaceName.check(name, for: "delete link")
    return deleteLink(.name(name))
  }

  private static func deleteLink(_ target: LinkTarget) -> Change {
    var request = Request(change: "delete link", target.description, type: RTM_DELLINK)
    request.putTarget(target)
    return Change(request)
  }

  private static func setFlags(
    _ operation: String, _ index: Int32, _ flags: Link.Flags, of mask: Link.Flags
  ) -> Change {
    var request = Request(change: operation, "link \(index)", type: RTM_SETLINK)
    var header = ifinfomsg()
    header.ifi_index = index
    header.ifi_flags = flags.rawValue
    header.ifi_change = mask.rawValue
    request.putFixed(header)
    return Change(request)
  }

  private static func set(
    _ operation: String, _ subject: String, _ index: Int32, _ body: (inout Request) -> Void
  ) -> Change {
    var request = Request(change: operation, subject, type: RTM_SETLINK)
    request.putTarget(.index(index))
    body(&request)
    return Change(request)
  }
}
