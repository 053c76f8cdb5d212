import CNI
import LinuxKernel
import Netfilter
import Netlink

/// What stands in the host's table for links.
extension HostRuleset {
  /// Takes away what stands for the links of a pod's own on the host, and lets nothing through there that it kept back. What stands
  /// for a bridge is all its pods', and stays.
  func giveUpLinks(_ result: CNIResult?, _ owner: LinkOwner) throws {
    for interface in result?.interfaces ?? [] where interface.sandbox?.isEmpty != false {
      let own = HostTable.localnet.element(.ifname(interface.name))
      guard try owner.isNamed(by: ruleset.find(own)?.comment) else { continue }
      try RouteSocket().existing(interface.name)?.setRouteLocalnet(false)
      try take([own], of: owner)
    }
  }

  /// Takes away what stands for links that are no longer there.
  func giveUpLostLinks() throws {
    let socket = try RouteSocket()
    let ofLinks = [HostTable.localnet, HostTable.guarded, HostTable.together, HostTable.isolated].map(\.name)
    try take(in: ofLinks.contains) { element in
      guard case .ifname(let name)? = element.key.first else { return false }
      // What cannot be looked up is taken for being there.
      return (try? socket.existing(name)) == .some(nil)
    }
  }
}

extension Link {
  /// Whether the kernel takes packets of the host's own 127.0.0.0/8 that come and go by this link.
  func setRouteLocalnet(_ isOn: Bool) throws {
    try Sysctl.ensure("net.ipv4.conf.\(name.replacingDots).route_localnet", isOn ? "1" : "0")
  }
}
