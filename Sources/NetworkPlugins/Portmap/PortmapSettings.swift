import CNI
import CNIPlugin
import JSON
import LinuxKernel
import Netfilter

/// A configuration's settings, checked, and the pod's addresses that they are about.
struct PortmapSettings {
  let mappings: [PortMapping]
  /// Whether clients are masqueraded that the pod could not answer otherwise.
  let masquerades: Bool
  /// Whether all are.
  let masqueradesAll: Bool
  /// The first address of each family that the pod has on this interface.
  let targets: [IPPrefix]

  /// Refuses what the reference plugin refuses, what the kernel would find out half way, and what this one does not honour.
  init(_ call: PluginCall<Portmap.Configuration>) throws(PluginError) {
    let given = call.configuration
    guard given.externalSetMarkChain == nil || given.markMasqBit == nil else {
      throw Portmap.invalid("Cannot specify externalSetMarkChain and markMasqBit")
    }
    if let reason = Portmap.notHonoured(given) { throw Portmap.invalid("portmap: \(reason)") }
    mappings = try [PortMapping](checking: given.runtimeConfig?.portMappings ?? [])
    masquerades = given.snat ?? true
    masqueradesAll = given.masqAll == true
    let addresses = call.previousResult?.ips(of: call.interfaceName).map(\.address) ?? []
    targets = [IPAddress.Family.v4, .v6].compactMap { family in addresses.first { $0.address.family == family } }
  }

  /// The pod's IPv4 address, if clients of the host's own 127.0.0.1 are to reach it.
  var localTarget: IPAddress? {
    masquerades ? targets.lazy.map(\.address).first { $0.family == .v4 } : nil
  }

  /// The UDP ports of the host whose flows of before would keep going where they went, by family.
  var datagramPorts: [(family: IPAddress.Family, port: UInt16)] {
    targets.map(\.address.family).flatMap { family in
      mappings.filter { $0.proto == .udp && $0.applies(to: family) }.map { (family, $0.hostPort) }
    }
  }
}

extension CNIResult {
  /// The addresses of an interface in the container, and those that no interface is named for.
  fileprivate func ips(of interfaceName: String) -> [IPConfiguration] {
    ips.filter { ip in
      guard ip.interface != nil else { return true }
      guard let interface = interface(of: ip), interface.sandbox?.isEmpty == false else { return false }
      return interface.name.hasSameBytes(as: interfaceName)
    }
  }
}
