import CNI
import CNIPlugin
import JSON
import LinuxKernel

extension CNIResult {
  /// The same, with another hardware address of the pod's interface of a name; what else the plugins before have said stays.
  func replacingMAC(ofPod name: String, with mac: MACAddress) throws(PluginError) -> CNIResult {
    try changingInterfaces { interfaces in
      interfaces.map { value in
        guard var interface = value.object,
          interface.value(ignoringCase: "name")?.string?.hasSameBytes(as: name) == true,
          interface.value(ignoringCase: "sandbox")?.string?.isEmpty == false
        else { return value }
        interface[interface.key(ignoringCase: "mac") ?? "mac"] = .string(mac.description)
        return .object(interface)
      }
    }
  }

  /// The addresses of the pod's interface of a name, among them those that name no interface, or one that is not there.
  func ips(ofPod name: String) -> [IPConfiguration] {
    ips.filter { interface(of: $0).map { $0.name.hasSameBytes(as: name) } ?? true }
  }

  /// The same, with another interface behind the others, so that what names one by its place still does.
  func adding(_ interface: Interface) throws(PluginError) -> CNIResult {
    try changingInterfaces { interfaces in
      var object: JSONObject = ["name": .string(interface.name)]
      object["mac"] = interface.mac.map { .string($0) }
      return interfaces + [.object(object)]
    }
  }

  private func changingInterfaces(_ change: ([JSON]) -> [JSON]) throws(PluginError) -> CNIResult {
    // Before 0.3.0 a result knows no interfaces.
    guard var object = raw.object, !["0.1.0", "0.2.0"].contains(cniVersion) else { return self }
    let key = object.key(ignoringCase: "interfaces") ?? "interfaces"
    object[key] = .array(change(object[key]?.array ?? []))
    do throws(CNIError) {
      return try CNIResult(.object(object), defaultVersion: cniVersion)
    } catch {
      throw PluginError(error)
    }
  }
}
