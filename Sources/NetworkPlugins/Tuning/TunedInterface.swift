import CNI
import CNIPlugin
import LinuxKernel
import Netlink

/// A pod's interface and its network's parameters, on a thread that is in the pod's namespace.
struct TunedInterface {
  private let name: String
  private let settings: TuningSettings
  private let backup: TuningBackup

  init(_ call: PluginCall<Tuning.Configuration>, _ settings: TuningSettings) {
    (name, self.settings, backup) = (call.interfaceName, settings, TuningBackup(call))
  }

  /// Sets all; what fails, or what nobody has, leaves everything as it was.
  func tune() throws {
    // Before anything is written: whether all is there.
    let former = try settings.parameters.map { (parameter: $0, value: try $0.present()) }
    let socket = try RouteSocket()
    let link = settings.attributes.isEmpty ? nil : try link(socket)
    let noted = link == nil ? nil : try backup.read()
    do {
      try Failpoint.pass("native.tuning.add.sysctl.before")
      for parameter in settings.parameters { try parameter.write() }
      try Failpoint.pass("native.tuning.add.sysctl.after")
      guard let link else { return }
      try backup.write(LinkAttributes(of: link, asFarAs: settings.attributes))
      try Failpoint.pass("native.tuning.add.link.before")
      try socket.perform(settings.attributes.changes(link.index))
      try Failpoint.pass("native.tuning.add.link.after")
    } catch {
      // Whoever asked is told what failed first.
      if let link {
        _ = try? socket.failures(of: LinkAttributes(of: link, asFarAs: settings.attributes).changes(link.index))
        try? backup.replace(by: noted)
      }
      for (parameter, value) in former.reversed() {
        if let value { try? Sysctl.write(parameter.path, value) }
      }
      throw error
    }
  }

  private func link(_ socket: RouteSocket) throws -> Link {
    guard let link = try socket.existing(name) else {
      throw PluginError("there is no interface \(name) in the pod's network namespace")
    }
    return link
  }

  /// Throws where something is not as it was set.
  func check() throws {
    for parameter in settings.parameters {
      guard let present = try parameter.present(), !parameter.isSame(as: present) else { continue }
      throw PluginError("sysctl \(parameter.key) is \(present), not \(parameter.value)")
    }
    let link = try link(RouteSocket())
    if let difference = settings.attributes.difference(from: link) { throw PluginError("\(name) \(difference)") }
  }
}
