import CNI
import JSON

/// Which variables a verb cannot do without (the specification, section 2).
enum RequiredVariables {
  private static let table: [Verb: [String]] = [
    .add: ["CNI_CONTAINERID", "CNI_NETNS", "CNI_IFNAME", "CNI_PATH"],
    .check: ["CNI_CONTAINERID", "CNI_NETNS", "CNI_IFNAME", "CNI_PATH"],
    .del: ["CNI_CONTAINERID", "CNI_IFNAME", "CNI_PATH"],
    .gc: ["CNI_PATH"], .status: ["CNI_PATH"], .version: [],
  ]

  /// Names all that are missing at once, then what cannot be a container's or an interface's name.
  static func check(_ request: PluginRequest) throws(PluginError) {
    let required = table[request.verb] ?? []
    let missing = required.filter { (request[$0] ?? "").isEmpty }
    guard missing.isEmpty else {
      throw PluginError(
        "required env variables [\(missing.joined(separator: ","))] missing", code: CNIError.Code.invalidEnvironment)
    }
    do throws(CNIError) {
      if required.contains("CNI_CONTAINERID") { try Validation.containerID(request["CNI_CONTAINERID"] ?? "") }
      if required.contains("CNI_IFNAME") { try Validation.interfaceName(request["CNI_IFNAME"] ?? "") }
    } catch {
      throw PluginError(error)
    }
  }
}
