import CMnl
import LinuxKernel

extension Request {
  /// RTM_GETADDR of both families; kernels since 4.20 leave other links' addresses out.
  static func listAddresses(link: Int32) -> Request {
    var request = Request("list addresses", "of link \(link)", type: Int(RTM_GETADDR), flags: NLM_F_DUMP)
    var header = ifaddrmsg()
    header.ifa_index = UInt32(bitPattern: link)
    request.putFixed(header)
    return request
  }

  static func addAddress(_ prefix: IPPrefix, link: Int32, broadcast: IPAddress?, detectDuplicates: Bool) -> Request {
    var request = Request(
      "add address", "\(prefix) to link \(link)", type: Int(RTM_NEWADDR), flags: NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL)
    request.putAddress(prefix, link: link, flags: detectDuplicates ? 0 : UInt8(IFA_F_NODAD))
    if let broadcast { request.put(Int(IFA_BROADCAST), bytes: broadcast.bytes) }
    return request
  }

  static func deleteAddress(_ prefix: IPPrefix, link: Int32) -> Request {
    var request = Request("delete address", "\(prefix) of link \(link)", type: Int(RTM_DELADDR), flags: NLM_F_ACK)
    request.putAddress(prefix, link: link, flags: 0)
    return request
  }

  private mutating func putAddress(_ prefix: IPPrefix, link: Int32, flags: UInt8) {
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
