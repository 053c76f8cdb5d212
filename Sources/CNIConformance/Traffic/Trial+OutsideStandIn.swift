import Glibc
import LinuxKernel
import Netlink
import SystemPackage

extension Trial {
  /// The namespace beyond the host's uplink, made on first use.
  var outside: String {
    get throws {
      let path = "/run/berth-conformance/outside"
      guard !NetworkNamespace.isPinned(path) else { return path }
      try Place.host.visit { try Self.makeOutside(path) }
      return path
    }
  }

  private static func makeOutside(_ path: String) throws {
    try NetworkNamespace.prepareDirectory("/run/berth-conformance")
    try NetworkNamespace.pinNew(at: path)
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    defer { close(descriptor) }
    let (here, there) = (try RouteSocket(), try RouteSocket(inside: path))
    var link = NewLink("uplink0")
    link.index = 1000
    var peer = NewLink("peer0")
    peer.index = 1000
    peer.namespace = descriptor
    try here.perform(.createVethPair(link, peer: peer))
    for (socket, own, other) in [(here, 2, 1), (there, 1, 2)] {
      try socket.perform(.setUp(1), .setUp(1000))
      for (address, gateway) in [
        ("198.51.100.\(own)/24", "198.51.100.\(other)"), ("2001:db8:ffff::\(own)/64", "2001:db8:ffff::\(other)"),
      ] {
        guard let prefix = IPPrefix(address), let gateway = IPAddress(gateway) else { continue }
        try socket.perform(
          .addAddress(prefix, toLink: 1000, detectDuplicates: false),
          .addRoute(Route(to: .everything(gateway.family), via: gateway, link: 1000)))
      }
    }
  }
}
