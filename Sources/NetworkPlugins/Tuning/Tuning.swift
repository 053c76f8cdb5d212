public import CNI
public import CNIPlugin
import LinuxKernel
import Netlink

/// Sets kernel parameters and attributes of a pod's interface (the reference plugin `tuning`).
///
/// What an interface was like before is written down where the reference plugin does it, so either gives back what the other
/// has changed. Parameters go with the namespace; neither sets them back on DEL.
public struct Tuning: NativePlugin {
  /// Its name in a configuration's `type`.
  public let type = "tuning"
  /// The administrator's list of parameters that may be set.
  let allowList: AllowList

  /// A plugin.
  public init() { self.init(allowList: AllowList(path: "/etc/cni/tuning/allowlist.conf")) }

  init(allowList: AllowList) { self.allowList = allowList }

  static func invalid(_ message: String) -> PluginError {
    PluginError(message, code: CNIError.Code.invalidConfiguration)
  }

  /// Sets all that is asked for, or on failure nothing of it.
  public func add(_ call: PluginCall<Configuration>) throws(PluginError) -> CNIResult {
    let settings = try TuningSettings(call)
    try allowList.check(settings.parameters)
    let result = try call.requirePreviousResult()
    try withKernel {
      try NetworkNamespace.visit(call.networkNamespace) { try TunedInterface(call, settings).tune() }
    }
    guard let mac = settings.attributes.mac else { return result }
    return try result.replacingMAC(ofPod: call.interfaceName, with: mac)
  }

  /// Gives the interface back what it had; where that goes away with its namespace only the note of it is removed.
  public func del(_ call: PluginCall<Configuration>) throws(PluginError) {
    let backup = TuningBackup(call)
    try withKernel {
      try Failpoint.pass("native.tuning.del.before")
      if !call.caller.dropsNamespace, NetworkNamespace.isPinned(call.networkNamespace) {
        do {
          try backup.read()?.restore(call.interfaceName, inside: call.networkNamespace)
        } catch {
          // It would fail again: a pod that nobody can remove is worse.
          call.remark("\(call.interfaceName) is not as it was before: \(error)")
        }
      }
      try backup.remove()
      try Failpoint.pass("native.tuning.del.after")
    }
  }

  /// Compares parameters and attributes with what is asked for.
  public func check(_ call: PluginCall<Configuration>) throws(PluginError) {
    let settings = try TuningSettings(call)
    _ = try call.requirePreviousResult()
    try withKernel {
      try NetworkNamespace.visit(call.networkNamespace) { try TunedInterface(call, settings).check() }
    }
  }

  /// Removes the notes of this network's interfaces that belong to no valid attachment.
  public func gc(_ call: PluginCall<Configuration>) throws(PluginError) {
    try withKernel { try TuningBackup.collect(call) }
  }

  /// Checks the configuration, and that the administrator allows it.
  public func status(_ call: PluginCall<Configuration>) throws(PluginError) {
    try allowList.check(try TuningSettings(call).parameters)
  }
}
