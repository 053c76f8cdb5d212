import CNI
import JSON

extension SandboxRecord.Network {
  /// How many plugins one pass over the list calls at most.
  var pluginCount: Int {
    // A list that cannot be read calls none.
    (try? list().plugins.count) ?? 0
  }

  /// The list that was recorded, parsed anew: records outnumber the moments when this is needed.
  func list() throws -> NetworkConfigurationList {
    try NetworkConfigurationList(parsing: Array(configuration.utf8))
  }

  /// What ADD's last plugin printed; `nil` when it did not come to that.
  func parsedResult() throws -> CNIResult? {
    guard let result else { return nil }
    let json = try JSON(parsing: result)
    return try CNIResult(json, defaultVersion: json["cniVersion"]?.string ?? list().cniVersion)
  }
}

extension SandboxRecord {
  /// `CNI_ARGS` as kubelet's runtimes set it.
  var cniArguments: [Attachment.Argument] {
    let metadata = configuration.metadata
    return [
      .init("IgnoreUnknown", "1"), .init("K8S_POD_NAMESPACE", metadata.namespace),
      .init("K8S_POD_NAME", metadata.name), .init("K8S_POD_INFRA_CONTAINER_ID", id),
      .init("K8S_POD_UID", metadata.uid),
    ]
  }
}
