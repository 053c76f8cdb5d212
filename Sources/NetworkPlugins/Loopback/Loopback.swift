public import CNI
public import CNIPlugin
public import JSON
import LinuxKernel
import Netlink

/// Brings a pod's `lo` up (the reference plugin `loopback`).
public struct Loopback: NativePlugin {
  /// Its name in a configuration's `type`.
  public let type = "loopback"

  /// A plugin.
  public init() {}

  /// It has no keys; others are passed over, as by the reference plugin.
  public func reasonToExecute(_ configuration: JSONObject) -> String? { nil }

  /// Brings `lo` up; the result is the previous one, or `lo` with its addresses.
  public func add(_ call: PluginCall<NoConfiguration>) throws(PluginError) -> CNIResult {
    let addresses = try withKernel {
      let socket = try RouteSocket(inside: call.networkNamespace)
      let link = try socket.link(named: "lo")
      try socket.perform(.setUp(link.index))
      return try socket.addresses(ofLink: link.index).map(\.prefix)
    }
    if let foreign = addresses.first(where: { !$0.address.isLoopback }) {
      throw PluginError("lo has the address \(foreign), which is none of a loopback interface")
    }
    if let previous = call.previousResult { return previous }
    do throws(CNIError) {
      return try CNIResult(
        cniVersion: call.cniVersion,
        interfaces: [.init(name: "lo", mac: "00:00:00:00:00:00", sandbox: call.networkNamespace)],
        ips: addresses.map { .init(address: $0, interface: 0) })
    } catch {
      throw PluginError(error)
    }
  }

  /// Takes `lo` down, where there still is a namespace.
  public func del(_ call: PluginCall<NoConfiguration>) throws(PluginError) {
    guard NetworkNamespace.isPinned(call.networkNamespace) else { return }
    try withKernel {
      let socket = try RouteSocket(inside: call.networkNamespace)
      try socket.perform(.setDown(socket.link(named: "lo").index))
    }
  }

  /// Whether `lo` is up.
  public func check(_ call: PluginCall<NoConfiguration>) throws(PluginError) {
    let isUp = try withKernel { try RouteSocket(inside: call.networkNamespace).link(named: "lo").isUp }
    guard isUp else { throw PluginError("lo is down") }
  }
}
