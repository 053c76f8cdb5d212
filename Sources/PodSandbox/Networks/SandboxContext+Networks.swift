import CNI
import LinuxKernel
import Netlink

extension SandboxContext {
  /// The attachment as plugins are to see it: after a reboot no namespace of then is left, and its path must be empty.
  func attachment(to network: SandboxRecord.Network) -> Attachment {
    var attachment = network.attachment
    attachment.networkNamespace = record.bootID == host.bootID ? paths.networkNamespace : ""
    return attachment
  }

  /// Gives DEL a namespace to work in when ours is no longer pinned.
  ///
  /// With pause alive its namespace is pinned anew. Without it a stand-in takes its place that has the recorded
  /// interface and addresses: bridge finds its masquerade rules by the addresses it sees in the namespace. Of a network
  /// whose DEL has succeeded it holds nothing: bridge takes rules that are gone already for a failure.
  func ensureNetworkNamespace(_ cni: CNIRuntime) async throws {
    guard record.bootID == host.bootID, !NetworkNamespace.isPinned(paths.networkNamespace) else { return }
    if let pause, !pause.hasExited {
      try NetworkNamespace.pin(process: pause, at: paths.networkNamespace)
      return
    }
    try NetworkNamespace.pinNew(at: paths.networkNamespace)
    let socket = try RouteSocket(inside: paths.networkNamespace)
    try socket.setUp(socket.link(named: "lo").index)
    for network in record.networks {
      guard let result = try network.parsedResult(), try await isAttached(network, cni) else { continue }
      try socket.createVethPair(name: network.interfaceName, peer: "peer-" + network.interfaceName)
      let link = try socket.link(named: network.interfaceName)
      for ip in result.ips {
        guard let prefix = Netlink.IPPrefix(ip.address.description) else { continue }
        try socket.addAddress(prefix, toLink: link.index)
      }
    }
  }

  /// Whether the network's DEL has not yet succeeded: then the cache has no entry of it any more.
  private func isAttached(_ network: SandboxRecord.Network, _ cni: CNIRuntime) async throws -> Bool {
    do {
      return try await cni.cachedResult(network.list(), attachment(to: network)) != nil
    } catch is CNIError {
      // An entry that cannot be used is one.
      return true
    }
  }

  /// Which inode the pinned namespace is; `nil` in the host's network.
  func networkNamespaceIdentity() throws -> FileIdentity? {
    guard record.hasNetworkNamespace else { return nil }
    return try NetworkNamespace.identity(of: paths.networkNamespace)
  }
}
