import PodSandbox
import RuntimeAPI

extension CRI.PodSandboxConfig {
  /// The request as it was made, for verbose answers.
  init(_ configuration: PodSandboxConfiguration) {
    let dns = configuration.dnsConfig.map {
      CRI.DNSConfig(servers: $0.servers, searches: $0.searches, options: $0.options)
    }
    self.init(
      metadata: CRI.PodSandboxMetadata(configuration.metadata), hostname: configuration.hostname,
      logDirectory: configuration.logDirectory, dnsConfig: dns,
      portMappings: configuration.portMappings.map(CRI.PortMapping.init), labels: configuration.labels,
      annotations: configuration.annotations, linux: CRI.LinuxPodSandboxConfig(configuration.linux))
  }
}

extension CRI.PortMapping {
  init(_ mapping: PodSandboxConfiguration.PortMapping) {
    let name: CRI.ProtocolName =
      switch mapping.protocol {
      case .tcp: .tcp
      case .udp: .udp
      case .sctp: .sctp
      }
    self.init(
      protocol: name, containerPort: mapping.containerPort, hostPort: mapping.hostPort, hostIp: mapping.hostIP)
  }
}

extension CRI.LinuxPodSandboxConfig {
  init(_ linux: LinuxConfiguration) {
    self.init(
      cgroupParent: linux.cgroupParent, securityContext: CRI.LinuxSandboxSecurityContext(linux.securityContext),
      sysctls: linux.sysctls, overhead: linux.overhead.map(CRI.LinuxContainerResources.init),
      resources: linux.resources.map(CRI.LinuxContainerResources.init))
  }
}

extension CRI.LinuxSandboxSecurityContext {
  init(_ context: LinuxConfiguration.SecurityContext) {
    self.init(
      namespaceOptions: CRI.NamespaceOption(context.namespaceOptions),
      selinuxOptions: context.selinuxOptions.map {
        CRI.SELinuxOption(user: $0.user, role: $0.role, type: $0.type, level: $0.level)
      },
      runAsUser: context.runAsUser.map { CRI.Int64Value(value: $0) },
      runAsGroup: context.runAsGroup.map { CRI.Int64Value(value: $0) }, readonlyRootfs: context.readonlyRootfs,
      supplementalGroups: context.supplementalGroups, privileged: context.privileged)
  }
}

extension CRI.LinuxContainerResources {
  init(_ resources: LinuxResources) {
    let limits = resources.hugepageLimits.sorted { $0.key < $1.key }
    self.init(
      cpuPeriod: resources.cpuPeriod, cpuQuota: resources.cpuQuota, cpuShares: resources.cpuShares,
      memoryLimitInBytes: resources.memoryLimitInBytes, oomScoreAdj: resources.oomScoreAdj,
      cpusetCpus: resources.cpusetCpus, cpusetMems: resources.cpusetMems,
      hugepageLimits: limits.map { CRI.HugepageLimit(pageSize: $0.key, limit: $0.value) }, unified: resources.unified,
      memorySwapLimitInBytes: resources.memorySwapLimitInBytes)
  }
}
