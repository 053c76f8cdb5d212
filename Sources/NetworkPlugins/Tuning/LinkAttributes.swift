import CNI
import CNIPlugin
import JSON
import LinuxKernel
import Netlink

/// Attributes of an interface; nil of those that it is not about.
struct LinkAttributes: Hashable {
  var mac: MACAddress?
  var mtu: UInt32?
  var isPromiscuous: Bool?
  var takesAllMulticast: Bool?
  var transmitQueueLength: UInt32?

  init() {}

  /// What a link has of those that others are about.
  init(of link: Link, asFarAs others: LinkAttributes) {
    if others.mac != nil { mac = link.mac }
    if others.mtu != nil { mtu = link.mtu }
    if others.isPromiscuous != nil { isPromiscuous = link.flags.contains(.promiscuous) }
    if others.takesAllMulticast != nil { takesAllMulticast = link.flags.contains(.allMulticast) }
    if others.transmitQueueLength != nil { transmitQueueLength = link.transmitQueueLength }
  }

  var isEmpty: Bool { self == LinkAttributes() }

  /// These, and of others what is missing here.
  func completed(by others: LinkAttributes) -> LinkAttributes {
    var all = self
    all.mac = mac ?? others.mac
    all.mtu = mtu ?? others.mtu
    all.isPromiscuous = isPromiscuous ?? others.isPromiscuous
    all.takesAllMulticast = takesAllMulticast ?? others.takesAllMulticast
    all.transmitQueueLength = transmitQueueLength ?? others.transmitQueueLength
    return all
  }

  /// What gives a link these: each stands alone.
  func changes(_ index: Int32) -> [Change] {
    var changes: [Change] = []
    if let mtu { changes.append(.setMTU(mtu, ofLink: index)) }
    if let mac { changes.append(.setMAC(mac, ofLink: index)) }
    if let isPromiscuous {
      changes.append(.setFlags(isPromiscuous ? .promiscuous : [], of: .promiscuous, ofLink: index))
    }
    if let takesAllMulticast {
      changes.append(.setFlags(takesAllMulticast ? .allMulticast : [], of: .allMulticast, ofLink: index))
    }
    if let transmitQueueLength { changes.append(.setTransmitQueueLength(transmitQueueLength, ofLink: index)) }
    return changes
  }

  /// Gives them to an interface of a namespace, if it is still there.
  func restore(_ name: String, inside path: String) throws {
    let socket = try RouteSocket(inside: path)
    guard let link = try socket.existing(name) else { return }
    try socket.perform(changes(link.index))
  }

  /// The first in which a link differs, in words.
  func difference(from link: Link) -> String? {
    let found = LinkAttributes(of: link, asFarAs: self)
    if found.mac != mac { return Self.words("the MAC", found.mac, mac) }
    if found.mtu != mtu { return Self.words("the MTU", found.mtu, mtu) }
    if found.transmitQueueLength != transmitQueueLength {
      return Self.words("the queue length", found.transmitQueueLength, transmitQueueLength)
    }
    if found.isPromiscuous != isPromiscuous { return "is not promiscuous" }
    guard found.takesAllMulticast != takesAllMulticast else { return nil }
    return takesAllMulticast == true ? "does not take all multicast" : "takes all multicast"
  }

  private static func words<T>(_ what: String, _ found: T?, _ wanted: T?) -> String {
    "has \(what) \(found.map { "\($0)" } ?? "none"), not \(wanted.map { "\($0)" } ?? "none")"
  }
}
