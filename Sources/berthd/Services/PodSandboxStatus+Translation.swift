import PodSandbox
import RuntimeAPI

extension CRI.PodSandboxStatus {
  init(_ status: SandboxStatus) {
    let summary = status.summary
    self.init(
      id: summary.id, metadata: CRI.PodSandboxMetadata(summary.metadata), state: CRI.PodSandboxState(summary.state),
      createdAt: summary.createdAt,
      network: CRI.PodSandboxNetworkStatus(
        ip: status.ip, additionalIps: status.additionalIPs.map { CRI.PodIP(ip: $0) }),
      linux: CRI.LinuxPodSandboxStatus(
        namespaces: CRI.Namespace(options: CRI.NamespaceOption(status.namespaceOptions))),
      labels: summary.labels, annotations: summary.annotations, runtimeHandler: summary.runtimeHandler)
  }
}

extension CRI.PodSandbox {
  init(_ summary: SandboxSummary) {
    self.init(
      id: summary.id, metadata: CRI.PodSandboxMetadata(summary.metadata), state: CRI.PodSandboxState(summary.state),
      createdAt: summary.createdAt, labels: summary.labels, annotations: summary.annotations,
      runtimeHandler: summary.runtimeHandler)
  }
}

extension CRI.PodSandboxMetadata {
  init(_ metadata: PodSandboxConfiguration.Metadata) {
    self.init(name: metadata.name, uid: metadata.uid, namespace: metadata.namespace, attempt: metadata.attempt)
  }
}

extension CRI.PodSandboxState {
  init(_ state: SandboxState) {
    self =
      switch state {
      case .ready: .ready
      case .notReady: .notReady
      }
  }
}

extension CRI.NamespaceOption {
  init(_ options: LinuxConfiguration.NamespaceOptions) {
    self.init(
      network: CRI.NamespaceMode(options.network), pid: CRI.NamespaceMode(options.pid),
      ipc: CRI.NamespaceMode(options.ipc), usernsOptions: options.userNamespace.map(CRI.UserNamespace.init))
  }
}

extension CRI.NamespaceMode {
  init(_ mode: LinuxConfiguration.NamespaceMode) {
    self =
      switch mode {
      case .pod: .pod
      case .container: .container
      case .node: .node
      case .target: .target
      }
  }
}

extension CRI.UserNamespace {
  init(_ namespace: LinuxConfiguration.UserNamespace) {
    self.init(
      mode: .pod, uids: namespace.uids.map(CRI.IDMapping.init), gids: namespace.gids.map(CRI.IDMapping.init))
  }
}

extension CRI.IDMapping {
  init(_ mapping: LinuxConfiguration.UserNamespace.IDMapping) {
    self.init(hostId: mapping.hostID, containerId: mapping.containerID, length: mapping.length)
  }
}

extension SandboxFilter {
  init(_ filter: CRI.PodSandboxFilter) {
    self.init()
    id = filter.id
    labelSelector = filter.labelSelector
    switch filter.state?.state {
    case nil: break
    case .ready: state = .ready
    case .notReady: state = .notReady
    }
  }
}
