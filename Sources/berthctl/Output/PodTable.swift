import RuntimeAPI

/// Pods in a table: crictl's columns, or with where each pod is to be found.
struct PodTable {
  let now: Int64
  var wholeIDs = false

  func text(_ sandboxes: [CRI.PodSandbox]) -> String {
    var table = Table(["POD ID", "CREATED", "STATE", "NAME", "NAMESPACE", "ATTEMPT", "RUNTIME"])
    for sandbox in sandboxes { table.add(common(sandbox) + ["\(sandbox.metadata?.attempt ?? 0)", runtime(sandbox)]) }
    return table.text
  }

  /// - Parameter columns: The terminal's width; wider columns are left out from the end, the ports are cut first.
  func wideText(_ pods: [Berth.Pod], columns: Int?) -> String {
    let header = ["POD ID", "CREATED", "STATE", "NAME", "NAMESPACE", "IP", "PID", "RUNTIME", "NETNS", "PORTS"]
    let rows = pods.map { pod in
      common(pod.sandbox ?? .init()) + [
        ([pod.ip] + pod.additionalIps).filter { !$0.isEmpty }.joined(separator: ","), pod.pid == 0 ? "-" : "\(pod.pid)",
        runtime(pod.sandbox ?? .init()), pod.netnsPath.isEmpty ? "-" : pod.netnsPath,
        pod.portMappings.map(\.text).joined(separator: ", "),
      ]
    }
    for count in stride(from: header.count, to: 5, by: -1) {
      var table = Table(Array(header.prefix(count)), minimumWidth: 0)
      for row in rows { table.add(row.prefix(count).map { $0.isEmpty ? "-" : $0 }) }
      let text = table.text
      guard let columns, text.split(separator: "\n").contains(where: { $0.count > columns }), count > 6 else {
        return text
      }
    }
    return ""
  }

  private func common(_ sandbox: CRI.PodSandbox) -> [String] {
    [
      wholeIDs ? sandbox.id : String(sandbox.id.prefix(13)), HumanDuration.rough(now - sandbox.createdAt) + " ago",
      sandbox.state.word, sandbox.metadata?.name ?? "", sandbox.metadata?.namespace ?? "",
    ]
  }

  private func runtime(_ sandbox: CRI.PodSandbox) -> String {
    sandbox.runtimeHandler.isEmpty ? "(default)" : sandbox.runtimeHandler
  }

  /// What is under way; empty when nothing is.
  func text(_ operations: [Berth.Operation]) -> String {
    guard !operations.isEmpty else { return "" }
    var table = Table(["POD ID", "OPERATION", "AGE", "STEP", "PLUGIN", "POD"], minimumWidth: 0)
    for operation in operations {
      table.add([
        wholeIDs ? operation.podSandboxId : String(operation.podSandboxId.prefix(13)), operation.operation,
        HumanDuration.precise(max(0, now - operation.startedAt)), operation.step.isEmpty ? "-" : operation.step,
        operation.pluginCall.isEmpty ? "-" : operation.pluginCall, "\(operation.namespace)/\(operation.name)",
      ])
    }
    return table.text
  }
}

extension CRI.PortMapping {
  /// As docker writes it: `127.0.0.1:8080->80/tcp`.
  var text: String {
    let address = hostIp.isEmpty ? "*" : hostIp.contains(":") ? "[\(hostIp)]" : hostIp
    return "\(address):\(hostPort)->\(containerPort)/\(`protocol`.rawValue.lowercased())"
  }
}
