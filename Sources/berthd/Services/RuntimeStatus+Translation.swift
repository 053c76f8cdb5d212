import JSON
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
      })
    // No `features`: all that it could say is no, and readers of an older CRI may not know its fields.
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
      "config": configuration.document.text(), "cniconfig": JSON.array(networks.map(\.document)).text(),
      "lastCNILoadStatus": fault.isEmpty ? "OK" : fault,
    ]
  }
}

extension RuntimeStatus.Networks {
  fileprivate var document: JSON {
    .object([
      "directory": .string(directory), "networks": .array(names.map { .string($0) }),
      "loadError": loadError.map { .string($0) } ?? .null,
    ])
  }
}

extension DaemonConfiguration {
  /// What is in force, by the keys of the configuration file.
  var document: JSON {
    let handlers = sandboxes.runtimeHandlers.sorted { $0.key < $1.key }.map { name, handler -> (String, JSON) in
      let networks = JSON.array(handler.networks.map { .string($0) })
      let directory = handler.cniConfigurationDirectory ?? sandboxes.cniConfigurationDirectory
      return (name, ["cniConfDir": .string(directory), "networks": networks])
    }
    return .object([
      "socket": .string(socket), "group": .string(group ?? Self.usualGroup), "root": .string(sandboxes.root),
      "state": .string(sandboxes.state), "netnsDir": .string(sandboxes.networkNamespaceDirectory),
      "cniConfDir": .string(sandboxes.cniConfigurationDirectory),
      "cniBinDir": .string(sandboxes.cniPluginDirectories.joined(separator: ":")),
      "cniCacheDir": .string(sandboxes.cniCacheDirectory),
      "cgroupParent": .string(sandboxes.cgroupParent), "pauseBinary": .string(sandboxes.pauseBinary),
      "maxConcurrentRequests": .integer(limits.maxConcurrentRequests),
      "maxRequestBodyBytes": .integer(limits.maxRequestBodyBytes),
      "runtimeHandlers": .object(JSONObject(handlers)),
    ])
  }
}
