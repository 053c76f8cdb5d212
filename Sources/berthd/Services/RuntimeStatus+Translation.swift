import PodSandbox
import RuntimeAPI

extension CRI.StatusResponse {
  /// - Parameter configuration: with it, the answer is a verbose one.
  init(_ status: RuntimeStatus, verbose configuration: DaemonConfiguration?) {
    self.init(
      status: CRI.RuntimeStatus(conditions: status.conditions.map(CRI.RuntimeCondition.init)),
      info: configuration.map { status.info($0) } ?? [:],
      runtimeHandlers: status.runtimeHandlers.map {
        CRI.RuntimeHandler(name: $0, features: CRI.RuntimeHandlerFeatures(userNamespaces: true))
      },
      features: CRI.RuntimeFeatures())
  }
}

extension CRI.RuntimeCondition {
  init(_ condition: RuntimeStatus.Condition) {
    self.init(
      type: condition.type, status: condition.status, reason: condition.reason, message: condition.message)
  }
}

extension RuntimeStatus {
  /// JSON documents by containerd's keys: `config`, `cniconfig`, `lastCNILoadStatus` (`OK`, or which file and why).
  fileprivate func info(_ configuration: DaemonConfiguration) -> [String: String] {
    let fault = networks.compactMap(\.loadError).joined(separator: "; ")
    return [
      "config": configuration.document.text(), "cniconfig": JSONValue.array(networks.map(\.document)).text(),
      "lastCNILoadStatus": fault.isEmpty ? "OK" : fault,
    ]
  }
}

extension RuntimeStatus.Networks {
  fileprivate var document: JSONValue {
    .object([
      .init("directory", .string(directory)), .init("networks", .array(names.map { .string($0) })),
      .init("loadError", loadError.map { .string($0) } ?? .null),
    ])
  }
}

extension DaemonConfiguration {
  /// What is in force, by the keys of the configuration file.
  var document: JSONValue {
    let handlers = sandboxes.runtimeHandlers.sorted { $0.key < $1.key }.map { name, handler in
      JSONValue.Member(
        name,
        .object([
          .init("cniConfDir", .string(handler.cniConfigurationDirectory ?? sandboxes.cniConfigurationDirectory)),
          .init("networks", .array(handler.networks.map { .string($0) })),
        ]))
    }
    return .object([
      .init("socket", .string(socket)), .init("group", .string(group)), .init("root", .string(sandboxes.root)),
      .init("state", .string(sandboxes.state)), .init("netnsDir", .string(sandboxes.networkNamespaceDirectory)),
      .init("cniConfDir", .string(sandboxes.cniConfigurationDirectory)),
      .init("cniBinDir", .string(sandboxes.cniPluginDirectories.joined(separator: ":"))),
      .init("cniCacheDir", .string(sandboxes.cniCacheDirectory)),
      .init("cgroupParent", .string(sandboxes.cgroupParent)), .init("pauseBinary", .string(sandboxes.pauseBinary)),
      .init("maxConcurrentRequests", .integer(limits.maxConcurrentRequests)),
      .init("maxRequestBodyBytes", .integer(limits.maxRequestBodyBytes)),
      .init("runtimeHandlers", .object(handlers)),
    ])
  }
}
