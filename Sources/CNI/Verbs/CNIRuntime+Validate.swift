public import LinuxKernel

extension CNIRuntime {
  /// Whether a list can be used: its name is valid, every plugin and every delegate (`ipam.type`, `delegate.type`) exists and
  /// speaks the list's version (libcni's `ValidateNetworkList`, which does not look at delegates). Blocks the thread.
  ///
  /// Returns the capabilities that its plugins declare, sorted. Errors: all that is wrong, together.
  public func validate(
    _ list: NetworkConfigurationList, cancellation: Cancellation? = nil
  ) throws(CNIError) -> [String] {
    var failures: [CNIError] = []
    for part in list.parts {
      do throws(CNIError) {
        guard try version(of: part.type, cancellation: cancellation).contains(list.cniVersion) else {
          throw CNIError(
            .unsupported, code: CNIError.Code.incompatibleVersion,
            "plugin \(part.type) does not support config version \"\(list.cniVersion)\"")
        }
      } catch {
        var failure = error.located(plugin: part.type, network: list.name)
        if let caller = part.caller { failure.details = "it is called by \(caller)" }
        failures.append(failure)
        if error.kind == .cancelled { break }
      }
    }
    guard failures.isEmpty else { throw .joined(failures, network: list.name) }
    return Set(list.plugins.flatMap(\.capabilities)).sorted()
  }

  /// Whether a single plugin's configuration can be used (libcni's `ValidateNetwork`).
  public func validate(
    _ plugin: PluginConfiguration, cancellation: Cancellation? = nil
  ) throws(CNIError) -> [String] {
    try validate(try NetworkConfigurationList(upconverting: plugin), cancellation: cancellation)
  }

  /// The plugins and delegates of a list that are not installed, each in words; whatever the list's version. Looks at files only.
  public func missingPlugins(_ list: NetworkConfigurationList) -> [String] {
    var missing: [String] = []
    for part in list.parts {
      do {
        _ = try invoker.locate(part.type, in: pluginDirectories)
      } catch {
        let words = error.text + (part.caller.map { ", which \($0) calls" } ?? "")
        if !missing.contains(words) { missing.append(words) }
      }
    }
    return missing
  }
}

extension NetworkConfigurationList {
  /// A plugin that the list needs, and the one that calls it where it is a delegate.
  struct Part: Hashable {
    let type: String
    let caller: String?
  }

  /// The plugins in the order of ADD, then the delegates, each of them once.
  var parts: [Part] {
    var seen = Set(plugins.map(\.type))
    let delegates = plugins.flatMap { plugin in plugin.delegateTypes.map { Part(type: $0, caller: plugin.type) } }
    return plugins.map { Part(type: $0.type, caller: nil) } + delegates.filter { seen.insert($0.type).inserted }
  }
}
