import CNI
import CNIPlugin
public import JSON
import LinuxKernel
import Netlink

extension Bridge {
  /// What bridge reads of a configuration.
  public struct Configuration: Decodable, Sendable {
    struct Arguments: Decodable, Sendable {
      struct CNI: Decodable, Sendable { let mac: String? }
      let cni: CNI?
    }
    struct RuntimeConfig: Decodable, Sendable { let mac: String? }
    struct Trunk: Decodable, Sendable {
      let minID: Int?
      let maxID: Int?
      let id: Int?
    }

    let bridge: String?
    let isGateway: Bool?
    let isDefaultGateway: Bool?
    let forceAddress: Bool?
    let ipMasq: Bool?
    let ipMasqBackend: String?
    let mtu: Int?
    let hairpinMode: Bool?
    let promiscMode: Bool?
    let vlan: Int?
    let vlanTrunk: [Trunk]?
    let preserveDefaultVlan: Bool?
    let macspoofchk: Bool?
    let portIsolation: Bool?
    let enabledad: Bool?
    let disableContainerInterface: Bool?
    let args: Arguments?
    let runtimeConfig: RuntimeConfig?
    let dns: ConfiguredDNS?
  }

  /// The keys that this one does not honour, or does not know.
  public func reasonToExecute(_ configuration: JSONObject) -> String? {
    switch read(configuration) {
    case .failure(let error): error.message
    case .success(let (configuration, unknown)):
      unknown.first.map { "the key \($0.path) is not known" } ?? Self.notHonoured(configuration)
        ?? Masquerading.reasonToExecute(configuration.ipMasq, backend: configuration.ipMasqBackend)
    }
  }

  static func notHonoured(_ configuration: Configuration) -> String? {
    let asked: [(String, Bool)] = [
      ("ipMasqBackend", Masquerading.notHonoured(configuration.ipMasq, backend: configuration.ipMasqBackend) != nil),
      ("vlan", configuration.vlan ?? 0 != 0),
      ("vlanTrunk", configuration.vlanTrunk != nil), ("macspoofchk", configuration.macspoofchk == true),
      ("enabledad", configuration.enabledad == true),
      ("disableContainerInterface", configuration.disableContainerInterface == true),
    ]
    return asked.first { $0.1 }.map { "the key \($0.0) is not honoured" }
  }
}

/// A configuration's settings, checked.
struct BridgeSettings {
  let bridge: String
  let isGateway: Bool
  let isDefaultGateway: Bool
  let forceAddress: Bool
  let mtu: UInt32?
  let port: BridgePort
  let isPromiscuous: Bool
  let masquerades: Bool
  let mac: MACAddress?
  let dns: CNIResult.DNS

  /// Refuses what the reference plugin refuses, and what this one does not honour.
  init(_ call: PluginCall<Bridge.Configuration>) throws(PluginError) {
    let given = call.configuration
    try call.requireKnownArguments("MAC")
    // As in the reference plugin, what is not known is passed over; what is known and not honoured never.
    if let reason = Bridge.notHonoured(given) { throw Self.invalid("bridge: \(reason)") }
    bridge = given.bridge.flatMap { $0.isEmpty ? nil : $0 } ?? "cni0"
    try requireLiteralName(bridge, "bridge")
    try requireLiteralName(call.interfaceName, "CNI_IFNAME")
    isDefaultGateway = given.isDefaultGateway == true
    isGateway = isDefaultGateway || given.isGateway == true
    forceAddress = given.forceAddress == true
    guard (0...65_535).contains(given.mtu ?? 0) else { throw Self.invalid("mtu: \(given.mtu ?? 0) is not 0 to 65535") }
    mtu = given.mtu.flatMap { $0 == 0 ? nil : UInt32($0) }
    isPromiscuous = given.promiscMode == true
    masquerades = given.ipMasq == true
    guard !(given.hairpinMode == true && isPromiscuous) else {
      throw Self.invalid("cannot set hairpin mode and promiscuous mode at the same time.")
    }
    port = BridgePort(hairpin: given.hairpinMode == true, isIsolated: given.portIsolation == true)
    mac = try Self.mac(call)
    dns = CNIResult.DNS(given.dns)
  }

  /// `CNI_ARGS`, `args.cni` and the capability, each before the one in front of it.
  private static func mac(_ call: PluginCall<Bridge.Configuration>) throws(PluginError) -> MACAddress? {
    let texts = [
      call.configuration.runtimeConfig?.mac, call.configuration.args?.cni?.mac,
      call.arguments.last { $0.key == "MAC" }?.value,
    ]
    guard let text = texts.compactMap(\.self).first(where: { !$0.isEmpty }) else { return nil }
    guard let mac = MACAddress(text) else { throw invalid("mac: \"\(text.beginning(64))\" is no hardware address") }
    return mac
  }

  static func invalid(_ message: String) -> PluginError {
    PluginError(message, code: CNIError.Code.invalidConfiguration)
  }
}
