import CNI
import LinuxKernel
import Netlink

extension SandboxContext {
  /// Gives DEL what it looks for, when somebody has taken the namespace, the interface or its addresses away; or when a DEL
  /// has, that was killed before it came to the rules.
  ///
  /// With pause alive its namespace is pinned anew; without it a new one takes its place. Interface and addresses are made
  /// again from the record: bridge and ptp find their masquerade rules by the addresses they see in the namespace. Nothing
  /// after a reboot: there DEL works without a namespace.
  func mendNetworkNamespace(_ cni: CNIRuntime) async throws {
    guard record.bootID == host.bootID else { return }
    let isNew = try pinNetworkNamespaceAgain()
    let socket = try RouteSocket(inside: paths.networkNamespace)
    if isNew { try socket.setUp(socket.link(named: "lo").index) }
    for network in record.networks {
      guard let result = try await result(of: network, cni), result.hasHostSide else { continue }
      let addresses = result.addresses(of: network.interfaceName)
        .compactMap { Netlink.IPPrefix($0.address.description) }
      let missing = try addresses.filter { try !socket.has($0, on: network.interfaceName) }
      // Asked only where something is missing: most often nothing is.
      guard !missing.isEmpty, try await isAttached(network, cni) else { continue }
      try socket.standIn(for: network.interfaceName, with: missing)
    }
  }

  /// What ADD said; of a run that was killed before its outcome was written, only the cache knows.
  private func result(of network: SandboxRecord.Network, _ cni: CNIRuntime) async throws -> CNIResult? {
    if let result = try network.parsedResult() { return result }
    // An entry that cannot be used tells nothing.
    return try? await cni.cachedResult(network.list(), attachment(to: network))
  }

  /// True when it had to be a new namespace.
  private func pinNetworkNamespaceAgain() throws -> Bool {
    guard !NetworkNamespace.isPinned(paths.networkNamespace) else { return false }
    if let pause, !pause.hasExited {
      try NetworkNamespace.pin(process: pause, at: paths.networkNamespace)
      return false
    }
    try NetworkNamespace.pinNew(at: paths.networkNamespace)
    return true
  }

  /// Whether the network's DEL has not yet succeeded: then the cache still has its entry. Of what is released nothing is
  /// made again.
  private func isAttached(_ network: SandboxRecord.Network, _ cni: CNIRuntime) async throws -> Bool {
    do {
      return try await cni.cachedResult(network.list(), attachment(to: network)) != nil
    } catch is CNIError {
      // An entry that cannot be used is one.
      return true
    }
  }
}

extension CNIResult {
  /// Whether the interface has an end on the host, as a veth has. One that was moved in from the host has none, and its
  /// plugin would move a stand-in out. Old versions do not tell.
  fileprivate var hasHostSide: Bool { interfaces.isEmpty || interfaces.contains { $0.sandbox?.isEmpty ?? true } }
}

extension RouteSocket {
  fileprivate func has(_ prefix: Netlink.IPPrefix, on interfaceName: String) throws(NetlinkError) -> Bool {
    guard let link = try existing(interfaceName) else { return false }
    return try addresses(ofLink: link.index).contains { $0.prefix.address == prefix.address }
  }

  fileprivate func standIn(for interfaceName: String, with missing: [Netlink.IPPrefix]) throws(NetlinkError) {
    if try existing(interfaceName) == nil {
      try createVethPair(name: interfaceName, peer: "peer-" + interfaceName)
    }
    let link = try link(named: interfaceName)
    for prefix in missing { try addAddress(prefix, toLink: link.index) }
  }

  private func existing(_ interfaceName: String) throws(NetlinkError) -> Link? {
    do throws(NetlinkError) {
      return try link(named: interfaceName)
    } catch {
      guard error.code == .linkNotFound else { throw error }
      return nil
    }
  }
}
