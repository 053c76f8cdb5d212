public import CNI
public import CNIPlugin
public import JSON
import LinuxKernel

/// Gives the addresses that its configuration names (the reference plugin `static`); it keeps no account of them.
public struct Static: NativePlugin {
  /// Its name in `ipam.type`.
  public let type = "static"

  /// A plugin.
  public init() {}

  /// Its keys are those of `ipam`; the others are its caller's.
  public func reasonToExecute(_ configuration: JSONObject) -> String? {
    switch read(configuration) {
    case .failure(let error): return error.message
    case .success(let (_, unknown)):
      return unknown.first { $0.path.utf8.starts(with: "ipam.".utf8) }.map { "the key \($0.path) is not known" }
    }
  }

  /// The addresses, with routes and DNS settings, as they are configured.
  public func add(_ call: PluginCall<Configuration>) throws(PluginError) -> CNIResult {
    let addresses = try StaticAddresses(call)
    do throws(CNIError) {
      return try CNIResult(
        cniVersion: call.cniVersion, ips: addresses.ips, routes: addresses.routes, dns: addresses.dns)
    } catch {
      throw PluginError(error)
    }
  }

  /// Nothing: what it gives is nobody's to take back.
  public func del(_ call: PluginCall<Configuration>) throws(PluginError) {}

  /// Compares the previous result with the configuration: each address must be there, with the gateway that it was given.
  public func check(_ call: PluginCall<Configuration>) throws(PluginError) {
    let addresses = try StaticAddresses(call)
    let given = try call.requirePreviousResult().ips
    for ip in addresses.ips {
      guard let found = given.first(where: { $0.address == ip.address }) else {
        throw PluginError("the previous result lacks the address \(ip.address)")
      }
      guard let gateway = ip.gateway.flatMap(IPAddress.init) else { continue }
      guard found.gateway.flatMap(IPAddress.init) == gateway else {
        throw PluginError(
          "\(ip.address) has the gateway \(found.gateway ?? "none") in the previous result, not \(gateway)")
      }
    }
  }

  /// Checks the configuration.
  public func status(_ call: PluginCall<Configuration>) throws(PluginError) { _ = try StaticAddresses(call) }
}
