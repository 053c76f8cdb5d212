import CNI
import CNIPlugin
import LinuxKernel
import Netfilter

/// `ipMasq`: what pods send beyond their subnet bears the host's address.
struct Masquerading {
  let isOn: Bool
  /// What its failpoints' names begin with.
  let point: String

  /// Why a configuration is the executable's; nil where it is not. Masquerading is nf_tables' here, whoever else uses iptables.
  static func reasonToExecute(_ isOn: Bool?, backend: String?) -> String? {
    guard isOn == true else { return nil }
    return notHonoured(isOn, backend: backend).map { "the key \($0) is not honoured" } ?? HostTable.reasonWhyNot
  }

  /// The key that is not honoured.
  static func notHonoured(_ isOn: Bool?, backend: String?) -> String? {
    isOn == true && backend.map { $0 != "nftables" } ?? false ? "ipMasqBackend" : nil
  }

  /// An attachment's addresses in the host's table; none where it is off.
  func claim(_ ips: [CNIResult.IPConfiguration], of owner: LinkOwner) -> TableClaim {
    var claim = TableClaim(owner)
    if isOn { for ip in ips { claim.masquerade(ip.address) } }
    return claim
  }

  func begin(_ ips: [CNIResult.IPConfiguration], of owner: LinkOwner) throws {
    guard isOn else { return }
    try Failpoint.pass("\(point).before")
    try HostRuleset().make(claim(ips, of: owner))
    try Failpoint.pass("\(point).after")
  }

  /// Subnet by subnet: by the addresses that ADD gave, else by what bears the owner.
  func end<Configuration>(_ call: PluginCall<Configuration>) throws {
    guard isOn else { return }
    let (host, owner) = (try HostRuleset(), LinkOwner(of: call))
    let prefix = SubnetRules.prefix(masquerading: call.network)
    let addresses = (call.previousResult?.ips ?? []).map(\.address)
    try Failpoint.pass("\(point).del.before")
    try host.delete {
      try host.ruleset.sets(of: HostTable.table).filter { $0.name.utf8.starts(with: prefix.utf8) }.flatMap { set in
        let known = SubnetRules(set).map { subnet in
          addresses.filter { $0.network == subnet.subnet }.map { set.element(.address($0.address)) }
        }
        let found = try host.own(known ?? [], owner)
        return found.isEmpty ? try host.ruleset.elements(of: set).filter { owner.isNamed(by: $0.comment) } : found
      }
    }
    if !call.caller.dropsNamespace { try host.tidy() }
    try Failpoint.pass("\(point).del.after")
  }

  /// Takes away what bears the network and belongs to no valid attachment.
  func collect<Configuration>(_ call: PluginCall<Configuration>) throws {
    guard isOn else { return }
    let host = try HostRuleset()
    let prefix = SubnetRules.prefix(masquerading: call.network)
    try host.collect(call) { $0.utf8.starts(with: prefix.utf8) }
    try host.tidy()
  }
}
