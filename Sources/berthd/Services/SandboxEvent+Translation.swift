import PodSandbox
import RuntimeAPI

extension CRI.ContainerEventResponse {
  init(_ event: SandboxEvent) {
    self.init(
      containerId: event.sandboxID, containerEventType: CRI.ContainerEventType(event.kind), createdAt: event.createdAt,
      podSandboxStatus: event.status.map(CRI.PodSandboxStatus.init))
  }
}

extension CRI.ContainerEventType {
  fileprivate init(_ kind: SandboxEvent.Kind) {
    self =
      switch kind {
      case .created: .created
      case .started: .started
      case .stopped: .stopped
      case .deleted: .deleted
      }
  }
}
