import CNI
import JSON
import LinuxKernel

extension SandboxRecord.Network {
  /// The list that was recorded, parsed anew: records outnumber the moments when this is needed.
  func list() throws(CNIError) -> NetworkConfigurationList {
    try NetworkConfigurationList(parsing: Array(configuration.utf8))
  }
}

extension SandboxRecord {
  /// Whether a plugin of its networks is native; of a list that cannot be read one may be.
  var usesNativePlugins: Bool {
    networks.contains { network in
      guard let executed = network.executed else { return false }
      guard let list = try? network.list() else { return true }
      return list.plugins.contains { !executed.contains($0.type) }
    }
  }

  /// What ADD's last plugin printed on one network.
  func result(_ text: String, of index: Int) throws -> CNIResult {
    let json = try JSON(parsing: text, rules: .own)
    return try CNIResult(json, defaultVersion: json["cniVersion"]?.string ?? networks[index].list().cniVersion)
  }

  /// `CNI_ARGS` as kubelet's runtimes set it.
  fileprivate var cniArguments: [Attachment.Argument] {
    let metadata = configuration.metadata
    return [
      .init("IgnoreUnknown", "1"), .init("K8S_POD_NAMESPACE", metadata.namespace),
      .init("K8S_POD_NAME", metadata.name), .init("K8S_POD_INFRA_CONTAINER_ID", id),
      .init("K8S_POD_UID", metadata.uid),
    ]
  }
}

extension Pod {
  /// What every call says of the pod on one network: derived from the record, so the same at ADD and at DEL.
  ///
  /// - Parameter networkNamespace: Its path; empty when it is gone with the boot it was made in.
  func attachment(_ index: Int, networkNamespace: String) throws(SandboxError) -> Attachment {
    if cachedAttachments.indices.contains(index) {
      var attachment = cachedAttachments[index]
      attachment.networkNamespace = networkNamespace
      return attachment
    }
    return Attachment(
      containerID: record.id, networkNamespace: networkNamespace,
      interfaceName: record.networks[index].interfaceName, arguments: record.cniArguments,
      capabilityArguments: try CapabilityArguments.make(record.configuration, cgroupPath: paths.cgroup.path))
  }

  /// What ADD's last plugin printed on one network; `nil` when it did not come to that.
  func result(_ index: Int) throws -> CNIResult? {
    guard results.indices.contains(index), !results[index].isEmpty else { return nil }
    return try record.result(results[index], of: index)
  }

  /// Which inode the pinned namespace is; `nil` in the host's network.
  func networkNamespaceIdentity() throws(KernelError) -> FileIdentity? {
    guard record.hasNetworkNamespace else { return nil }
    return try NetworkNamespace.identity(of: paths.networkNamespace)
  }
}
