public import CNI
public import CNIPlugin
import LinuxKernel
import Netlink

/// Limits how fast a pod sends and receives (the reference plugin `bandwidth`).
///
/// What the pod receives waits in a token bucket on the host's end of its veth pair; what it sends is redirected to a link of the
/// pod's own, an ifb, and waits there. Two interfaces of one pod on one network are limited each by itself.
public struct Bandwidth: NativePlugin {
  /// Its name in a configuration's `type`.
  public let type = "bandwidth"
  /// From 0.3.0 on, as the reference plugin's: a result of before tells of no interfaces.
  public let supportedVersions = SpecificationVersion.supported.filter { $0 >= "0.3.0" }
  /// An ifb is the host's, and does not go with the pod's namespace.
  public let leavesLinks = true

  /// A plugin.
  public init() {}

  static func invalid(_ message: String, details: String = "") -> PluginError {
    PluginError(message, code: CNIError.Code.invalidConfiguration, details: details)
  }

  /// Limits both directions as far as they are to be, or on failure none.
  public func add(_ call: PluginCall<Configuration>) throws(PluginError) -> CNIResult {
    let settings = try BandwidthSettings(call)
    let result = try call.requirePreviousResult()
    guard !settings.isEmpty else { return result }
    let ifb = try withKernel { try ShapedLink(call, settings, result).limit(call.remark) }
    guard let ifb else { return result }
    return try result.adding(CNIResult.Interface(name: ifb.name, mac: ifb.mac.description))
  }

  /// Deletes the ifb, unless the caller does; the host's end keeps its bucket until it is gone itself.
  public func del(_ call: PluginCall<Configuration>) throws(PluginError) {
    try withKernel {
      try Failpoint.pass("native.bandwidth.del.before")
      // The kernel takes some 15 ms for it.
      if !call.caller.reapsLinks { try IFB.delete(LinkOwner(of: call)) }
      try Failpoint.pass("native.bandwidth.del.after")
    }
  }

  /// Compares what the kernel has with what is asked for.
  public func check(_ call: PluginCall<Configuration>) throws(PluginError) {
    let settings = try BandwidthSettings(call)
    let result = try call.requirePreviousResult()
    guard !settings.isEmpty else { return }
    try withKernel { try ShapedLink(call, settings, result).check() }
  }

  /// Deletes ifbs that bear this network and belong to no valid attachment.
  public func gc(_ call: PluginCall<Configuration>) throws(PluginError) {
    try withKernel { try OwnedLink.collect(call, kind: IFB.kind) }
  }

  /// Checks the configuration, and that the kernel has what it asks for.
  public func status(_ call: PluginCall<Configuration>) throws(PluginError) {
    guard try BandwidthSettings(call).egress != nil, let reason = IFB.reasonWhyNot else { return }
    throw PluginError("bandwidth: \(reason)", code: CNIError.Code.notAvailable)
  }
}
