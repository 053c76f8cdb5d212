import Glibc
import JSON
import LinuxKernel
import Netlink
import SystemPackage

/// The network of a trial's host: `lo`, and an uplink to another namespace, the outside, that stands for the rest of the world.
enum TrialNetwork {
  /// Where the outside's namespace is pinned.
  static let outside = "/run/berth-conformance/outside"

  /// To be called on a plain thread, which visits the outside and comes home.
  static func make(uplinks: [String]) throws {
    // A new namespace may have these from the machine's first one.
    try Sysctl.write("net.ipv4.ip_forward", "0")
    // Nobody else is here to have an address already: one of IPv6 is usable at once.
    try? Sysctl.write("net.ipv6.conf.default.accept_dad", "0")
    try Directories.make("/run/berth-conformance", mode: 0o755)
    try NetworkNamespace.pinNew(at: outside)
    let descriptor = open(outside, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw Errno(rawValue: errno) }
    defer { close(descriptor) }
    let here = try RouteSocket()
    let there = try RouteSocket(inside: outside)
    try here.perform(.setUp(loopback))
    try there.perform(.setUp(loopback))
    for (number, name) in uplinks.enumerated() {
      let index = firstUplink + Int32(number)
      var link = NewLink(name)
      link.index = index
      var peer = NewLink("peer\(number)")
      peer.index = index
      peer.namespace = descriptor
      try here.perform(.createVethPair(link, peer: peer))
      try here.perform(.setUp(index))
      try there.perform(.setUp(index))
    }
    try address(here, ["198.51.100.2/24", "2001:db8:ffff::2/64"], gateways: ["198.51.100.1", "2001:db8:ffff::1"])
    try address(there, ["198.51.100.1/24", "2001:db8:ffff::1/64"], gateways: ["198.51.100.2", "2001:db8:ffff::2"])
  }

  private static let loopback: Int32 = 1
  private static let firstUplink: Int32 = 2

  /// On the first uplink; IPv6 where the kernel has it.
  private static func address(_ socket: RouteSocket, _ addresses: [String], gateways: [String]) throws {
    for (address, gateway) in zip(addresses, gateways) {
      guard let prefix = IPPrefix(address), let gateway = IPAddress(gateway) else { continue }
      let route = Route(to: .everything(gateway.family), via: gateway, link: firstUplink)
      let failures = try socket.failures(of: [
        .addAddress(prefix, toLink: firstUplink, detectDuplicates: false), .addRoute(route),
      ])
      if gateway.family == .v4, let failure = failures.lazy.compactMap(\.self).first { throw failure }
    }
  }

  /// The interfaces of the host's that a network builds upon (`master`), or one of another name where it names none.
  static func uplinks(_ configurations: [JSONObject]) -> [String] {
    var names: [String] = []
    for configuration in configurations {
      guard let name = configuration["master"]?.string, !names.contains(name), name != "lo",
        (1...15).contains(name.utf8.count), !name.contains("/"), !name.contains(where: \.isWhitespace)
      else { continue }
      names.append(name)
    }
    return names.isEmpty ? ["uplink0"] : names
  }
}
