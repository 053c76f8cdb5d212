public import CNI
public import CNIPlugin
import LinuxKernel
import Netlink

/// Joins a pod to the host by a pair of its own, without a bridge (the reference plugin `ptp`): every packet is routed.
public struct PointToPoint: NativePlugin, TableUser {
  /// Its name in a configuration's `type`.
  public let type = "ptp"

  /// A plugin.
  public init() {}

  static func invalid(_ message: String) -> PluginError {
    PluginError(message, code: CNIError.Code.invalidConfiguration)
  }

  /// Asks for addresses, then makes the pair with addresses and routes at both ends; on failure nothing of it stays.
  public func add(_ call: PluginCall<Configuration>) throws(PluginError) -> CNIResult {
    let mtu = try Self.mtu(call)
    try requireLiteralName(call.interfaceName, "CNI_IFNAME")
    guard let given = try call.delegateToIPAM() else { throw Self.invalid("ipam: ptp needs addresses") }
    do throws(PluginError) {
      let addresses = try PointToPointAddresses(given, call)
      return try withKernel { try Self.attach(addresses, mtu, call) }
    } catch {
      _ = try? call.delegateToIPAM(.del)
      throw error
    }
  }

  private static func mtu(_ call: PluginCall<Configuration>) throws(PluginError) -> UInt32? {
    guard call.ipamType != nil else { throw invalid("ipam: ptp needs a plugin that gives addresses") }
    let (isOn, backend) = (call.configuration.ipMasq, call.configuration.ipMasqBackend)
    if let key = Masquerading.notHonoured(isOn, backend: backend) {
      throw invalid("ptp: the key \(key) is not honoured")
    }
    let mtu = call.configuration.mtu ?? 0
    guard (0...65_535).contains(mtu) else { throw invalid("mtu: \(mtu) is not 0 to 65535") }
    return mtu == 0 ? nil : UInt32(mtu)
  }

  private static func attach(
    _ addresses: PointToPointAddresses, _ mtu: UInt32?, _ call: PluginCall<Configuration>
  ) throws -> CNIResult {
    for family in addresses.families { try Forwarding.turnOn(family) }
    let socket = try RouteSocket()
    let pair = try VethPair(
      LinkOwner(of: call),
      VethPair.Description(
        interfaceName: call.interfaceName, networkNamespace: call.networkNamespace, mtu: mtu),
      over: socket, failing: "native.ptp.add.pair")
    do {
      _ = try NetworkNamespace.visit(call.networkNamespace) {
        try PodInterface(name: call.interfaceName).configure(
          addresses.ips, failing: "native.ptp.add.pod", addresses.inPod)
      }
      try Failpoint.pass("native.ptp.add.host.before")
      try socket.perform(addresses.onHost(pair.index))
      try Failpoint.pass("native.ptp.add.host.after")
      try masquerading(call).begin(addresses.ips, of: pair.owner)
      return try CNIResult(
        cniVersion: call.cniVersion,
        interfaces: [
          .init(name: pair.owner.linkName, mac: pair.host.description),
          .init(name: call.interfaceName, mac: pair.pod.description, sandbox: call.networkNamespace),
        ], ips: addresses.ips, routes: addresses.routes, dns: addresses.dns)
    } catch {
      // Whoever asked is told what failed first; what is left, the DEL that follows takes.
      try? pair.delete()
      try? masquerading(call).end(call)
      throw error
    }
  }

  /// Takes the pair away, or where the caller drops the pod's namespace next cuts it off, and gives the addresses back.
  public func del(_ call: PluginCall<Configuration>) throws(PluginError) {
    try withKernel {
      try VethPair.end(call, failing: "native.ptp.del")
      try Self.masquerading(call).end(call)
    }
    try call.delegateToIPAM()
  }

  /// Deletes pairs that bear this network and belong to no valid attachment, then asks the IPAM plugin.
  public func gc(_ call: PluginCall<Configuration>) throws(PluginError) {
    try withKernel {
      try OwnedLink.collect(call, kind: "veth")
      try Self.masquerading(call).collect(call)
    }
    try call.delegateToIPAM()
  }

  /// Checks the configuration, and asks the IPAM plugin.
  public func status(_ call: PluginCall<Configuration>) throws(PluginError) {
    _ = try Self.mtu(call)
    try call.delegateToIPAM()
  }

  /// Compares the pair, and addresses and routes at both ends, with the previous result.
  public func check(_ call: PluginCall<Configuration>) throws(PluginError) {
    try call.delegateToIPAM()
    let result = try call.requirePreviousResult()
    try withKernel {
      let pair = try VethCheck(call, result).run()
      let socket = try RouteSocket()
      for ip in result.ips {
        guard try socket.route(to: ip.address.address)?.linkIndex == pair.index else {
          throw PluginError("the host's route to \(ip.address.address) by \(pair.name) is gone")
        }
      }
      if call.configuration.ipMasq == true { try HostRuleset().check(try claim(call)) }
    }
  }

  func claim(_ call: PluginCall<Configuration>) throws -> TableClaim {
    Self.masquerading(call).claim(call.previousResult?.ips ?? [], of: LinkOwner(of: call))
  }

  private static func masquerading(_ call: PluginCall<Configuration>) -> Masquerading {
    Masquerading(isOn: call.configuration.ipMasq == true, point: "native.ptp.masquerade")
  }
}
