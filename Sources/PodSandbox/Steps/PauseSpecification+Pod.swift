import LinuxKernel

extension PauseSpecification {
  /// As the peers: of all processes of a pod, pause is killed last.
  private static let oomScoreAdjustment = -998

  /// The pause that the sandbox asks for, restricted by the filter; waits for its network namespace.
  init(_ pod: Pod, filter: SeccompFilter) throws {
    let context = pod.record.configuration.linux.securityContext
    let options = context.namespaceOptions
    var namespaces: PauseNamespaces = []
    // In the host's network the host name is the host's too, as in the peers.
    if options.network == .pod { namespaces.formUnion([.network, .uts]) }
    if options.ipc == .pod { namespaces.insert(.ipc) }
    if options.pid != .node { namespaces.insert(.pid) }
    self.init(
      namespaces: namespaces,
      hostname: namespaces.contains(.uts) ? pod.record.hostname : nil,
      uid: context.pauseUser,
      gid: context.pauseGroup,
      supplementalGroups: context.supplementalGroups.map { UInt32($0) },
      oomScoreAdjustment: Self.oomScoreAdjustment,
      userNamespace: options.userNamespace.map(UserNamespaceMapping.init),
      seccomp: filter.instructions,
      cgroup: pod.paths.pauseCgroup)
    networkNamespace = try pod.networkNamespace?.descriptor()
  }
}

extension UserNamespaceMapping {
  fileprivate init(_ namespace: LinuxConfiguration.UserNamespace) {
    self.init(
      uids: namespace.uids.map { Range(hostID: $0.hostID, containerID: $0.containerID, length: $0.length) },
      gids: namespace.gids.map { Range(hostID: $0.hostID, containerID: $0.containerID, length: $0.length) })
  }
}

extension SandboxRecord {
  /// The host name inside; without a request the id's first 12 digits, as CRI-O does it.
  var hostname: String { configuration.hostname.isEmpty ? String(id.prefix(12)) : configuration.hostname }
}

extension CgroupLimits {
  /// The limits that a pod's resources ask for; zero and empty mean none.
  init(_ resources: LinuxResources) {
    self.init()
    cpuPeriod = resources.cpuPeriod > 0 ? UInt64(resources.cpuPeriod) : nil
    cpuQuota = resources.cpuQuota != 0 ? resources.cpuQuota : nil
    cpuShares = resources.cpuShares > 0 ? UInt64(resources.cpuShares) : nil
    memoryLimit = resources.memoryLimitInBytes != 0 ? resources.memoryLimitInBytes : nil
    memoryAndSwapLimit = resources.memorySwapLimitInBytes != 0 ? resources.memorySwapLimitInBytes : nil
    unified = resources.unified
  }
}
