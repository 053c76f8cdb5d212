import LinuxKernel
import Netlink

/// A pod's interface that tells its neighbours once more which hardware address its addresses have (gratuitous ARP, unsolicited
/// neighbour advertisements).
struct Announcer {
  /// The pod's.
  let socket: RouteSocket
  let index: Int32

  /// Sends it. The kernel does, whenever the hardware address is set, be it to what it is (`arp_notify`, `ndisc_notify`).
  func announce(_ mac: MACAddress) throws { try socket.perform(.setMAC(mac, ofLink: index)) }
}
