import CNI
import CNIPlugin
import LinuxKernel
import Netlink

/// A pod's end of a pair, as its addresses and routes are put on it.
struct PodInterface {
  let name: String
  /// The families whose neighbours are told of the address as soon as the link is up: they may remember another one's.
  var announced: Set<IPAddress.Family> = []

  /// Quietens the interface and carries out the changes that `batch` makes for it, on a thread that is in the pod's namespace.
  ///
  /// An IPv6 address of its own making it gives itself at the end, and only beside others of IPv6: what the kernel tells the
  /// neighbours of it goes to every port of a bridge, under the lock that each change waits for.
  /// - Parameter point: What its failpoints' names begin with.
  func configure(
    _ ips: [CNIResult.IPConfiguration], failing point: String, _ batch: (_ index: Int32) -> [Change]
  ) throws -> Announcer {
    let socket = try RouteSocket()
    let link = try socket.link(named: name)
    let hasIPv6 = ips.contains { $0.address.address.family == .v6 }
    if !ips.isEmpty { try quieten(hasIPv6: hasIPv6) }
    let mode = "net.ipv6.conf.\(name.replacingDots).addr_gen_mode"
    let generation = hasIPv6 ? try Sysctl.read(mode) : nil
    // What a kernel without IPv6 refuses it does not do either.
    if !ips.isEmpty { try? socket.perform(.generateNoAddresses(onLink: link.index)) }
    try Failpoint.pass("\(point).before")
    try socket.perform(batch(link.index))
    if let generation { try Sysctl.write(mode, generation) }
    try Failpoint.pass("\(point).after")
    return Announcer(socket: socket, index: link.index)
  }

  /// No duplicate is looked for.
  private func quieten(hasIPv6: Bool) throws {
    let name = name.replacingDots
    if announced.contains(.v4) { try Sysctl.write("net.ipv4.conf.\(name).arp_notify", "1") }
    // A kernel or a host without IPv6 has none of these; where an address of it is wanted, that will be told.
    try? Sysctl.write("net.ipv6.conf.\(name).accept_dad", "0")
    guard hasIPv6 else { return }
    if announced.contains(.v6) { try Sysctl.write("net.ipv6.conf.\(name).ndisc_notify", "1") }
    for (interface, parameter, value) in [
      ("lo", "disable_ipv6", "0"), (name, "disable_ipv6", "0"), (name, "keep_addr_on_down", "1"),
    ] {
      try Sysctl.write("net.ipv6.conf.\(interface).\(parameter)", value)
    }
  }
}

extension CNIResult.IPConfiguration {
  /// Of IPv4 networks with room for one.
  var broadcast: IPAddress? {
    guard address.address.family == .v4, address.length <= 30 else { return nil }
    let hosts = (UInt128(1) << UInt128(32 - address.length)) - 1
    return IPAddress(family: .v4, value: address.network.address.value | hosts)
  }
}
