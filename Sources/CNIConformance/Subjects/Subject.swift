public import CNI

/// What is tested: one plugin of a network, or all of it.
///
/// A plugin behind others is tested after these, so that it gets their result as it would from a runtime.
public struct Subject: Sendable {
  /// The network.
  public let list: NetworkConfigurationList
  /// The plugins under test, by their places in the list: one, or all.
  public let range: Range<Int>
  /// The executable of each plugin of the list.
  public let executables: [String]
  /// Where plugins are looked for; also `CNI_PATH`.
  public let pluginDirectories: [String]

  /// What kind of subject it is.
  public var kind: SubjectKinds {
    if range.count > 1 { return .chain }
    return range.lowerBound == 0 ? .interface : .chained
  }

  /// The plugin's type, or the types of the chain with `+` between them.
  public var name: String { list.plugins[range].map(\.type).joined(separator: "+") }

  /// The version of the specification that everything is asked in.
  public var version: String { list.cniVersion }

  /// The plugins of a list each by itself, then, where there are several, the chain.
  ///
  /// Errors: `pluginNotFound`.
  public static func all(
    of list: NetworkConfigurationList, pluginDirectories: [String]
  ) throws(CNIError) -> [Subject] {
    var executables: [String] = []
    for plugin in list.plugins { executables.append(try PluginLookup.find(plugin.type, in: pluginDirectories)) }
    var ranges = list.plugins.indices.map { $0..<$0 + 1 }
    if list.plugins.count > 1 { ranges.append(0..<list.plugins.count) }
    return ranges.map {
      Subject(list: list, range: $0, executables: executables, pluginDirectories: pluginDirectories)
    }
  }
}
