public import CNI
public import CNIPlugin
import LinuxKernel
import Netlink

/// Joins pods by a bridge of the host (the reference plugin `bridge`).
///
/// A veth pair is born with its peer inside the pod, under its final names, with the addresses' links known by numbers that
/// are chosen for them: nothing is moved, renamed or waited for.
public struct Bridge: NativePlugin, TableUser {
  /// Its name in a configuration's `type`.
  public let type = "bridge"

  /// A plugin.
  public init() {}

  /// Makes the bridge where it is missing, the pair, the pod's addresses and routes, and the bridge's addresses; on failure nothing
  /// of it stays but the bridge.
  public func add(_ call: PluginCall<Configuration>) throws(PluginError) -> CNIResult {
    let settings = try BridgeSettings(call)
    let (socket, bridge) = try withKernel {
      let socket = try RouteSocket()
      return (socket, try HostBridge.ensure(settings, over: socket))
    }
    let attachment = BridgeAttachment(call, settings, socket)
    // Some IPAM plugins (dhcp) ask by the link. Where there was a pair already it stays, and its addresses with it.
    let pair = try withKernel { try attachment.makePair(on: bridge) }
    do throws(PluginError) {
      let addresses = try BridgeAddresses(try call.delegateToIPAM(), settings, call)
      return try withKernel { try attachment.configure(pair, addresses, on: bridge) }
    } catch {
      // Whoever asked is told what failed first; what is left, the DEL that follows takes.
      try? withKernel { try pair.delete() }
      try? withKernel { try Self.masquerading(call).end(call) }
      _ = try? call.delegateToIPAM(.del)
      throw error
    }
  }

  /// Takes the pair away, or where the caller drops the pod's namespace next cuts it off, and gives the addresses back.
  public func del(_ call: PluginCall<Configuration>) throws(PluginError) {
    try withKernel {
      try VethPair.end(call, failing: "native.bridge.del")
      // The address may be another's as soon as IPAM has it back.
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

  static func masquerading(_ call: PluginCall<Configuration>) -> Masquerading {
    Masquerading(isOn: call.configuration.ipMasq == true, point: "native.bridge.masquerade")
  }

  func claim(_ call: PluginCall<Configuration>) throws -> TableClaim {
    Self.masquerading(call).claim(call.previousResult?.ips ?? [], of: LinkOwner(of: call))
  }

  /// Checks the configuration, and asks the IPAM plugin.
  public func status(_ call: PluginCall<Configuration>) throws(PluginError) {
    _ = try BridgeSettings(call)
    try call.delegateToIPAM()
  }

  /// Compares bridge, pair, addresses and routes with the previous result.
  public func check(_ call: PluginCall<Configuration>) throws(PluginError) {
    let settings = try BridgeSettings(call)
    try call.delegateToIPAM()
    let result = try call.requirePreviousResult()
    try withKernel { try BridgeCheck(call, settings, result).run() }
  }
}
