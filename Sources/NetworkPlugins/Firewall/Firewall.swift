public import CNI
public import CNIPlugin
import LinuxKernel
import Netfilter

/// Keeps pods' bridges apart (the reference plugin `firewall`).
///
/// On a host that forwards what nobody forbids there is nothing to be opened for a pod, and `ingressPolicy` is a matter of bridges.
/// Where somebody drops what is forwarded (Docker, firewalld, a policy of iptables), only rules of his own let anything through:
/// there the executable is needed, and this one refuses.
public struct Firewall: NativePlugin, TableUser {
  /// Its name in a configuration's `type`.
  public let type = "firewall"
  /// From 0.4.0 on, as the reference plugin's: no list that one refuses is the other's.
  public let supportedVersions = SpecificationVersion.supported.filter { $0 >= "0.4.0" }

  /// A plugin.
  public init() {}

  /// Puts the pod's bridge among those that the policy keeps apart; what it makes is the bridge's, and stays as long as that.
  public func add(_ call: PluginCall<Configuration>) throws(PluginError) -> CNIResult {
    let result = try call.requirePreviousResult()
    try Self.refuseWhatIsNotHonoured(call)
    try withKernel {
      let claim = try claim(call)
      guard !claim.shared.isEmpty else { return }
      try Failpoint.pass("native.firewall.add.before")
      try HostRuleset().make(claim)
      try Failpoint.pass("native.firewall.add.after")
    }
    return result
  }

  private static func refuseWhatIsNotHonoured(_ call: PluginCall<Configuration>) throws(PluginError) {
    guard let reason = notHonoured(call.configuration) ?? ForwardingDrop.reason else { return }
    throw PluginError(
      "firewall: \(reason)", code: CNIError.Code.invalidConfiguration,
      details: "the reference plugin's executable can be used here")
  }

  /// Nothing is the pod's own.
  public func del(_ call: PluginCall<Configuration>) throws(PluginError) {}

  /// Compares the table with the policy, and tells when somebody has begun to drop what is forwarded.
  public func check(_ call: PluginCall<Configuration>) throws(PluginError) {
    _ = try call.requirePreviousResult()
    try Self.refuseWhatIsNotHonoured(call)
    try withKernel {
      let claim = try claim(call)
      guard !claim.shared.isEmpty else { return }
      try HostRuleset().check(claim)
    }
  }

  func claim(_ call: PluginCall<Configuration>) throws -> TableClaim {
    var claim = TableClaim(LinkOwner(of: call))
    let policy = try Self.policy(call)
    guard policy != .open, let bridge = call.previousResult?.interfaces.first?.name else { return claim }
    let name = DataType.Value.ifname(bridge)
    let way = policy == .isolated ? HostTable.isolated : HostTable.together
    claim.shared = [
      HostTable.guarded.element(name, comment: bridge), way.element(name, name, comment: bridge),
    ]
    return claim
  }

  /// Takes away what stands for bridges that are no longer there.
  public func gc(_ call: PluginCall<Configuration>) throws(PluginError) {
    try withKernel { try HostRuleset().giveUpLostLinks() }
  }

  /// Checks the configuration, and who drops what is forwarded.
  public func status(_ call: PluginCall<Configuration>) throws(PluginError) {
    _ = try Self.policy(call)
    guard let reason = HostTable.reasonWhyNot ?? ForwardingDrop.reason else { return }
    throw PluginError("firewall: \(reason)", code: CNIError.Code.notAvailable)
  }
}
