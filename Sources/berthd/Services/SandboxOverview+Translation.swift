import PodSandbox
import RuntimeAPI

extension Berth.Pod {
  init(_ overview: SandboxOverview) {
    self.init(
      sandbox: CRI.PodSandbox(overview.status.summary), ip: overview.status.ip,
      additionalIps: overview.status.additionalIPs, portMappings: overview.portMappings.map(CRI.PortMapping.init),
      pid: overview.pid ?? 0, netnsPath: overview.networkNamespacePath)
  }
}

extension Berth.Operation {
  init(_ operation: OperationUnderWay) {
    self.init(
      podSandboxId: operation.sandboxID, name: operation.name, namespace: operation.namespace,
      operation: operation.operation.rawValue, startedAt: operation.startedAt, step: operation.step?.rawValue ?? "",
      pluginCall: operation.pluginCall ?? "")
  }
}
