extension IPAddress {
  /// The IPv4 address that an IPv4-mapped one (::ffff:0:0/96, RFC 4291) stands for; any other as it is.
  package var unmapped: IPAddress {
    let bytes = bytes
    let isMapped = bytes.count == 16 && bytes.prefix(10).allSatisfy { $0 == 0 } && bytes[10...11] == [0xff, 0xff]
    return isMapped ? IPAddress(bytes: bytes.suffix(4)) ?? self : self
  }
}
