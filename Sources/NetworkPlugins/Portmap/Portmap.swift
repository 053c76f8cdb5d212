public import CNI
public import CNIPlugin
import LinuxKernel
import Netfilter
import Netlink

/// Leads ports of the host to pods (the reference plugin `portmap`), by elements of the host's table.
///
/// A port that another pod has is refused and its holder named; one that a process of the host listens on is taken over for what
/// comes from elsewhere, with a remark. Ports on ::1 are not offered.
public struct Portmap: NativePlugin, TableUser {
  /// Its name in a configuration's `type`.
  public let type = "portmap"

  /// A plugin.
  public init() {}

  static func invalid(_ message: String) -> PluginError {
    PluginError(message, code: CNIError.Code.invalidConfiguration)
  }

  /// Makes all of the pod's mappings in one step, or none.
  public func add(_ call: PluginCall<Configuration>) throws(PluginError) -> CNIResult {
    let result = try call.requirePreviousResult()
    let settings = try PortmapSettings(call)
    guard !settings.mappings.isEmpty else { return result }
    try withKernel {
      let host = try HostRuleset()
      var claim = TableClaim(call, settings)
      try settings.refuseTakenPorts(host, claim.owner)
      let link = try settings.localLink()
      if let link { claim.guardLocalAddresses(at: link) }
      try Failpoint.pass("native.portmap.add.before")
      try host.make(claim)
      do {
        try Failpoint.pass("native.portmap.add.after")
        // Only now that the table keeps pods from what is the host's own.
        try link?.setRouteLocalnet(true)
      } catch {
        try? host.take(claim.elements, of: claim.owner)
        throw error
      }
    }
    settings.endOldFlows(call)
    settings.remarkListeners(call)
    return result
  }

  /// Takes the pod's mappings away, and ends what flows by them.
  public func del(_ call: PluginCall<Configuration>) throws(PluginError) {
    let settings = try PortmapSettings(call)
    guard !settings.mappings.isEmpty else { return }
    try withKernel {
      let host = try HostRuleset()
      let owner = LinkOwner(of: call)
      try host.giveUpLinks(call.previousResult, owner)
      try Failpoint.pass("native.portmap.del.before")
      try host.delete { try settings.elements(of: owner, host, isAll: call.caller.remembersConfiguration) }
      if !call.caller.dropsNamespace { try host.tidy() }
      try Failpoint.pass("native.portmap.del.after")
    }
    settings.endOldFlows(call)
  }

  /// Compares the table with what the pod's mappings ask for.
  public func check(_ call: PluginCall<Configuration>) throws(PluginError) {
    _ = try call.requirePreviousResult()
    let settings = try PortmapSettings(call)
    guard !settings.mappings.isEmpty else { return }
    try withKernel { try HostRuleset().check(try claim(call)) }
  }

  func claim(_ call: PluginCall<Configuration>) throws -> TableClaim {
    let settings = try PortmapSettings(call)
    var claim = TableClaim(call, settings)
    if let link = try settings.localLink() { claim.guardLocalAddresses(at: link) }
    return claim
  }

  /// Takes away what bears this network and belongs to no valid attachment.
  public func gc(_ call: PluginCall<Configuration>) throws(PluginError) {
    try withKernel {
      let host = try HostRuleset()
      try host.collect(call) { !isMasquerading($0) }
      try host.tidy()
      try host.giveUpLostLinks()
    }
  }

  /// Checks the configuration, and that the kernel has nf_tables.
  public func status(_ call: PluginCall<Configuration>) throws(PluginError) {
    _ = try PortmapSettings(call)
    if let reason = HostTable.reasonWhyNot { throw PluginError(reason, code: CNIError.Code.notAvailable) }
  }
}

/// Whether a set is none of port mappings.
func isMasquerading(_ name: String) -> Bool {
  name.utf8.starts(with: SubnetRules.Kind.masqueraded.rawValue.utf8)
}
