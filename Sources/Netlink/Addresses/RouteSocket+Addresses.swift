extension RouteSocket {
  /// The IPv4 and IPv6 addresses of a link, IPv4 first; throws `linkNotFound` when there is no such link (kernels
  /// before 4.20: empty).
  public func addresses(ofLink index: Int32) throws(NetlinkError) -> [InterfaceAddress] {
    // Kernels before 4.20 send every link's.
    try query(.listAddresses(link: index)) { message throws(DecodingFailure) in try InterfaceAddress(message) }
      .filter { $0.linkIndex == index }
  }
}
