import CNI

/// What an unscripted call prints, by verb.
struct Result {
  let document: JSON?

  init(_ performance: Performance) {
    let call = performance.call
    switch performance.verb {
    case .add: document = call.configuration?["prevResult"] ?? Self.minimal(call)
    case .version: document = Self.versions(call, performance.script?.supportedVersions)
    case .del, .check, .gc, .status: document = nil
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
    let known: JSON = ["0.1.0", "0.2.0", "0.3.0", "0.3.1", "0.4.0", "1.0.0", "1.1.0"]
    return ["cniVersion": .string(call.version), "supportedVersions": scripted ?? known]
  }
}
