import LinuxKernel

/// Whether the host passes packets on.
enum Forwarding {
  static func turnOn(_ family: IPAddress.Family) throws {
    try Sysctl.ensure(family == .v4 ? "net.ipv4.ip_forward" : "net.ipv6.conf.all.forwarding", "1")
  }
}
