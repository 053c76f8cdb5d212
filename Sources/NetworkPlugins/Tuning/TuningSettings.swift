import CNI
import CNIPlugin
import JSON
import LinuxKernel

/// A configuration's settings, checked.
struct TuningSettings {
  /// Kernel parameters, in their order, no two of them the same file.
  let parameters: [SysctlParameter]
  /// What the interface is to be like.
  let attributes: LinkAttributes

  /// Refuses all that can be told without the kernel.
  init(_ call: PluginCall<Tuning.Configuration>) throws(PluginError) {
    let (own, asked) = (call.configuration, call.configuration.args?.cni)
    try call.requireKnownArguments("MAC")
    parameters = try [SysctlParameter](
      own.sysctl?.entries ?? [], replacedBy: asked?.sysctl?.entries ?? [],
      // STATUS is about no interface.
      interface: call.interfaceName.isEmpty ? "IFNAME" : call.interfaceName)
    var attributes = LinkAttributes()
    attributes.mac = try Self.mac(call)
    let mtu = asked?.mtu ?? own.mtu ?? 0
    guard let size = UInt32(exactly: mtu), size <= UInt32(Int32.max) else {
      throw Tuning.invalid("mtu: \(mtu) is not 0 to \(Int32.max)")
    }
    attributes.mtu = size == 0 ? nil : size
    if asked?.promisc ?? own.promisc == true { attributes.isPromiscuous = true }
    attributes.takesAllMulticast = asked?.allmulti ?? own.allmulti
    if let length = asked?.txQLen ?? own.txQLen {
      guard let size = UInt32(exactly: length) else {
        throw Tuning.invalid("txQLen: \(length) is not 0 to \(UInt32.max)")
      }
      attributes.transmitQueueLength = size
    }
    self.attributes = attributes
  }

  /// The configuration's own, `CNI_ARGS`, the capability and `args.cni`, each before the one in front of it.
  private static func mac(_ call: PluginCall<Tuning.Configuration>) throws(PluginError) -> MACAddress? {
    let given = call.configuration
    let argument = call.arguments.last { $0.key == "MAC" }?.value
    if let asked = given.args?.cni?.mac { return try mac(asked, "args.cni.mac") }
    if let asked = given.runtimeConfig?.mac, !asked.isEmpty { return try mac(asked, "runtimeConfig.mac") }
    if let argument, !argument.isEmpty {
      return try mac(argument, "CNI_ARGS: MAC", code: CNIError.Code.invalidEnvironment)
    }
    return try mac(given.mac ?? "", "mac")
  }

  private static func mac(
    _ text: String, _ place: String, code: Int = CNIError.Code.invalidConfiguration
  ) throws(PluginError) -> MACAddress? {
    guard !text.isEmpty else { return nil }
    guard let mac = MACAddress(text) else {
      throw PluginError("\(place): \"\(text.beginning(64))\" is no hardware address", code: code)
    }
    guard mac.bytes[0] & 1 == 0, mac.bytes.contains(where: { $0 != 0 }) else {
      throw PluginError("\(place): \(mac) is no address of one station, which an interface must have", code: code)
    }
    return mac
  }
}
