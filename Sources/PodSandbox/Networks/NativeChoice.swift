import CNI
import JSON
import NetworkPlugins

/// Which plugins this daemon serves itself.
public enum NativePluginSetting: Sendable, Hashable {
  /// Those that honour every key of their configuration.
  case auto
  /// None.
  case never
  /// Of these types, those that honour every key of their configuration.
  case only([String])

  /// Which of a list's plugins and delegates are executed, and why, where it is not for want of a native one.
  ///
  /// Two plugins of one type share their fate, and who is executed has its delegates executed, whose executables it looks for
  /// itself.
  func choice(for list: NetworkConfigurationList) -> NativeChoice {
    var choice = NativeChoice()
    for (type, configurations) in list.uses {
      guard admits(type), let plugin = NativePlugins.plugin(type) else {
        choice.executed.append(type)
        continue
      }
      guard let reason = configurations.lazy.compactMap(plugin.reasonToExecute).first else { continue }
      choice.executed.append(type)
      choice.reasons[type] = reason
    }
    let needed = list.plugins.filter { choice.executed.contains($0.type) }.flatMap(\.delegateTypes)
    choice.executed += Set(needed).subtracting(choice.executed)
    choice.executed.sort()
    return choice
  }

  /// The native plugins of a list whose version knows no GC, each as a network of a version that does.
  func collectable(in list: NetworkConfigurationList) -> [NetworkConfigurationList] {
    guard list.cniVersion != SpecificationVersion.current.description else { return [] }
    let executed = choice(for: list).executed
    return list.plugins.filter { !executed.contains($0.type) }.compactMap { plugin in
      var object = plugin.object
      object["name"] = .string(list.name)
      object["cniVersion"] = .string(SpecificationVersion.current.description)
      // A plugin that could be read can be read again.
      return (try? PluginConfiguration(.object(object))).flatMap { try? NetworkConfigurationList(upconverting: $0) }
    }
  }

  private func admits(_ type: String) -> Bool {
    switch self {
    case .auto: true
    case .never: false
    case .only(let types): types.contains(type)
    }
  }
}

/// The plugins of one list that are executed; the others are native.
struct NativeChoice: Sendable, Hashable {
  /// Their types.
  var executed: [String] = []
  /// Why those are executed that could be native.
  var reasons: [String: String] = [:]
}

extension NetworkConfigurationList {
  /// Each type that the list needs, with the entries that it is given.
  fileprivate var uses: [(type: String, configurations: [JSONObject])] {
    var uses: [String: [JSONObject]] = [:]
    for plugin in plugins {
      uses[plugin.type, default: []].append(plugin.object)
      for delegate in plugin.delegateTypes { uses[delegate, default: []].append(plugin.object) }
    }
    return uses.map { ($0.key, $0.value) }
  }
}
