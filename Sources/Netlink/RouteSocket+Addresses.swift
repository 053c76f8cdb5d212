extension RouteSocket {
  /// The IPv4 and IPv6 addresses of a link, IPv4 first; throws `linkNotFound` when there is no such link (kernels
  /// before 4.20: empty).
  public func addresses(ofLink index: Int32) throws(NetlinkError) -> [InterfaceAddress] {
    // Kernels before 4.20 send every link's.
    try query(.listAddresses(link: index)) { message throws(DecodingFailure) in try InterfaceAddress(message) }
      .filter { $0.linkIndex == index }
  }

  /// Adds an address with its prefix to a link; throws `alreadyExists` when it has it, `linkNotFound` when there is no
  /// such link.
  ///
  /// With `detectDuplicates` false, an IPv6 address is usable at once instead of tentative for a second or two.
  public func addAddress(
    _ prefix: IPPrefix, toLink index: Int32, broadcast: IPAddress? = nil, detectDuplicates: Bool = true
  ) throws(NetlinkError) {
    try perform(.addAddress(prefix, link: index, broadcast: broadcast, detectDuplicates: detectDuplicates))
  }

  /// Takes an address from a link; throws `notFound` when it does not have it.
  public func deleteAddress(_ prefix: IPPrefix, fromLink index: Int32) throws(NetlinkError) {
    try perform(.deleteAddress(prefix, link: index))
  }
}
