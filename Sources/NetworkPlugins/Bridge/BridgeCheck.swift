import CNI
import CNIPlugin
import LinuxKernel
import Netlink

/// Whether an attachment is as ADD left it.
struct BridgeCheck {
  let call: PluginCall<Bridge.Configuration>
  let settings: BridgeSettings
  let result: CNIResult

  init(_ call: PluginCall<Bridge.Configuration>, _ settings: BridgeSettings, _ result: CNIResult) {
    self.call = call
    self.settings = settings
    self.result = result
  }

  func run() throws {
    let socket = try RouteSocket()
    guard let bridge = try socket.existing(settings.bridge), bridge.kind == "bridge" else {
      throw PluginError("there is no bridge \(settings.bridge)")
    }
    guard bridge.isUp else { throw PluginError("the bridge \(settings.bridge) is down") }
    let port = try VethCheck(call, result).run()
    guard port.masterIndex == bridge.index else { throw PluginError("\(port.name) is no port of \(bridge.name)") }
    guard port.port?.state != .disabled else {
      throw PluginError("the port \(port.name) of \(bridge.name) is disabled")
    }
    if settings.masquerades { try HostRuleset().check(try Bridge().claim(call)) }
  }
}
