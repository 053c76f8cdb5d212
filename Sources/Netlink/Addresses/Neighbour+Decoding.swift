import CMnl
import LinuxKernel

extension Neighbour {
  /// Decodes an RTM_NEWNEIGH of IPv4 or IPv6; other messages are left out of a listing.
  init?(_ message: Message) throws(DecodingFailure) {
    guard message.type == Int(RTM_NEWNEIGH) else { return nil }
    guard let header = message.fixed(ndmsg.self) else { throw DecodingFailure("neighbour message too short") }
    guard let family = IPAddress.Family(kernel: header.ndm_family) else { return nil }
    var (address, mac): (IPAddress?, MACAddress?)
    for attribute in message.attributes(after: ndmsg.self) {
      switch attribute.type {
      case Int(NDA_DST): address = attribute.address
      case Int(NDA_LLADDR): mac = MACAddress(bytes: attribute.payload)
      default: break
      }
    }
    guard let address, address.family == family else {
      throw DecodingFailure("neighbour of link \(header.ndm_ifindex) without a valid address")
    }
    self.init(address, mac: mac, link: header.ndm_ifindex, state: State(rawValue: header.ndm_state))
  }
}
