import CMnl
public import LinuxKernel

extension Change {
  /// Adds an address with its prefix to a link; fails with `alreadyExists` when it has it, `linkNotFound` when there is no such
  /// link.
  ///
  /// With `detectDuplicates` false, an IPv6 address is usable at once instead of tentative for a second or two; with
  /// `withPrefixRoute` false, no route to the rest of its network comes with it.
  public static func addAddress(
    _ prefix: IPPrefix, toLink index: Int32, broadcast: IPAddress? = nil, detectDuplicates: Bool = true,
    withPrefixRoute: Bool = true
  ) -> Change {
    var request = Request(change: "add address", "\(prefix) to link \(index)", type: RTM_NEWADDR, creating: true)
    let flags = UInt32(detectDuplicates ? 0 : IFA_F_NODAD) | UInt32(withPrefixRoute ? 0 : IFA_F_NOPREFIXROUTE)
    request.putAddress(prefix, link: index, flags: UInt8(truncatingIfNeeded: flags))
    // The header's field has room for the first eight.
    if flags > UInt8.max { request.put(Int(IFA_FLAGS), flags) }
    if let broadcast { request.put(Int(IFA_BROADCAST), bytes: broadcast.bytes) }
    return Change(request)
  }

  /// Takes an address from a link; fails with `notFound` when it does not have it.
  public static func deleteAddress(_ prefix: IPPrefix, fromLink index: Int32) -> Change {
    var request = Request(change: "delete address", "\(prefix) of link \(index)", type: RTM_DELADDR)
    request.putAddress(prefix, link: index, flags: 0)
    return Change(request)
  }
}

extension Request {
  fileprivate mutating func putAddress(_ prefix: IPPrefix, link: Int32, flags: UInt8) {
    var header = ifaddrmsg()
    header.ifa_family = prefix.address.family.kernel
    header.ifa_prefixlen = UInt8(prefix.length)
    header.ifa_flags = flags
    // What follows from the address itself, as ip(8) does it: the kernel does it for IPv6 only.
    if prefix.address.family == .v4 && prefix.address.isLoopback { header.ifa_scope = UInt8(RT_SCOPE_HOST.rawValue) }
    header.ifa_index = UInt32(bitPattern: link)
    putFixed(header)
    put(Int(IFA_LOCAL), bytes: prefix.address.bytes)
    put(Int(IFA_ADDRESS), bytes: prefix.address.bytes)
  }
}
