import CNI
import LinuxKernel

extension SandboxContext {
  /// The attachment as plugins are to see it: after a reboot no namespace of then is left, and its path must be empty.
  func attachment(to network: SandboxRecord.Network) -> Attachment {
    var attachment = network.attachment
    attachment.networkNamespace = record.bootID == host.bootID ? paths.networkNamespace : ""
    return attachment
  }

  /// Which inode the pinned namespace is; `nil` in the host's network.
  func networkNamespaceIdentity() throws -> FileIdentity? {
    guard record.hasNetworkNamespace else { return nil }
    return try NetworkNamespace.identity(of: paths.networkNamespace)
  }
}
