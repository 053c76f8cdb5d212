import LinuxKernel

extension Trial {
  /// What stands for the rest of the world, as a place.
  var world: Place { Place(name: "the outside", path: outside) }

  /// The address of the outside.
  static func worldAddress(_ family: IPAddress.Family) -> IPAddress {
    IPAddress(family: family, value: family == .v4 ? 0xc633_6401 : worldNetwork | 1)
  }

  /// The host's own address towards the outside.
  static func hostAddress(_ family: IPAddress.Family) -> IPAddress {
    IPAddress(family: family, value: family == .v4 ? 0xc633_6402 : worldNetwork | 2)
  }

  /// An address of nobody's, far behind all routers (TEST-NET-3 of RFC 5737; RFC 3849).
  static func farAddress(_ family: IPAddress.Family) -> IPAddress {
    IPAddress(family: family, value: family == .v4 ? 0xcb00_7107 : 0x2001_0db8_fffe << 80 | 7)
  }

  /// 2001:db8:ffff::
  private static let worldNetwork: UInt128 = 0x2001_0db8_ffff << 80
}
