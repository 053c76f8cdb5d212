import LinuxKernel

extension IPAddress {
  /// The family as plugins in Go have it: an IPv4-mapped address is one of IPv4.
  var familyToPlugins: Family {
    let isMapped = family == .v6 && bytes.prefix(10).allSatisfy { $0 == 0 } && bytes[10...11].allSatisfy { $0 == 0xff }
    return isMapped ? .v4 : family
  }
}
