import LinuxKernel

extension IPAddress {
  /// The family as plugins in Go have it: an IPv4-mapped address is one of IPv4.
  var familyToPlugins: Family { unmapped.family }
}
