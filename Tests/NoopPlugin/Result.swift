import CNI
import JSON

/// What an unscripted call prints, by verb.
struct Result {
  let document: JSON?

  init(_ performance: Performance) {
    let call = performance.call
    switch performance.verb {
    case .add: document = call.configuration?["prevResult"] ?? Self.minimal(call)
    case .version: document = Self.versions(call, performance.script?.supportedVersions)
    case .del, .check, .gc, .status, nil: document = nil
    }
  }

  /// A result in the configuration's version; one that names a version of its own, or cannot be converted, as it stands.
  static func converted(_ json: JSON, _ call: Call) -> JSON {
    guard case .object(let members) = json, members["cniVersion"] == nil else { return json }
    do throws(CNIError) {
      return try CNIResult(json, defaultVersion: "1.1.0").converted(to: call.version).raw
    } catch {
      return .object(
        JSONObject([("cniVersion", .string(call.version))] + members.map { ($0.key, $0.value) }))
    }
  }

  private static func minimal(_ call: Call) -> JSON {
    let version = JSON.string(call.version)
    // The first two versions knew no interfaces.
    if call.version.hasPrefix("0.1.") || call.version.hasPrefix("0.2.") { return ["cniVersion": version] }
    let interface: JSON = ["name": .string(call["CNI_IFNAME"] ?? ""), "sandbox": .string(call["CNI_NETNS"] ?? "")]
    return ["cniVersion": version, "interfaces": [interface], "ips": []]
  }

  private static func versions(_ call: Call, _ scripted: JSON?) -> JSON {
    let known = JSON.array(Skel.supportedVersions.map(JSON.string))
    return ["cniVersion": .string(call.version), "supportedVersions": scripted ?? known]
  }
}
