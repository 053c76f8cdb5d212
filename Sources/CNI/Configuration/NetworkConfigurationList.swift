import JSON

/// A network: its name, its version and its chain of plugins (the specification, section 1; libcni's `NetworkConfigList`).
public struct NetworkConfigurationList: Sendable, Hashable {
  /// The network's name.
  public let name: String
  /// The version that every plugin is spoken to in: the highest of `cniVersion` and `cniVersions` that this library knows, 0.1.0 if none.
  public let cniVersion: String
  /// Whether CHECK is never called.
  public let disableCheck: Bool
  /// Whether GC is never called.
  public let disableGC: Bool
  /// Whether the plugins are only those in the list itself.
  public let loadOnlyInlinedPlugins: Bool
  /// The plugins in the order of ADD.
  public let plugins: [PluginConfiguration]
  /// The bytes the list was read from. With plugins from files of their own they are those of the expanded list. They go into the cache.
  public let bytes: [UInt8]

  /// Whether the list is one plugin's configuration made into a list.
  public let isSingle: Bool

  init(head: Head, plugins: [PluginConfiguration], bytes: [UInt8], isSingle: Bool = false) throws(CNIError) {
    guard bytes.count <= CNIBounds.configuration else {
      throw .configuration("network \(head.name) holds more than \(CNIBounds.configuration) bytes with all its plugins")
    }
    name = head.name
    cniVersion = head.cniVersion
    disableCheck = head.disableCheck
    disableGC = head.disableGC
    loadOnlyInlinedPlugins = head.loadOnlyInlinedPlugins
    self.plugins = plugins
    self.bytes = bytes
    self.isSingle = isSingle
  }

  /// Reads a configuration list. Its plugins are those in it; files beside it are the directory's affair.
  ///
  /// Errors: no JSON, no name, a key of the wrong type, an invalid version, no plugins.
  public init(parsing bytes: [UInt8]) throws(CNIError) {
    let object = try Head.object(in: bytes)
    let plugins = try Head.inlinedPlugins(object)
    guard let plugins else { throw .configuration("error parsing configuration list: no plugins in list") }
    try self.init(head: try Head(object), plugins: plugins, bytes: bytes)
  }

  /// Makes a list of one plugin's configuration, whose `name` and `cniVersion` become the list's.
  ///
  /// Its bytes are `{"name","cniVersion","plugins":[…]}`, as libcni's `ConfListFromConf` makes them.
  public init(upconverting plugin: PluginConfiguration) throws(CNIError) {
    guard let name = plugin.name else { throw .configuration("error parsing configuration: no name") }
    let head = try Head(["name": .string(name), "cniVersion": .string(plugin.cniVersion ?? "")])
    let list: JSON = [
      "name": .string(name), "cniVersion": .string(head.cniVersion), "plugins": [.object(plugin.object)],
    ]
    try self.init(head: head, plugins: [plugin], bytes: list.serialized(), isSingle: true)
  }

  /// Reads what a cache entry holds: a list, or the single plugin's configuration that libcni's `AddNetwork` stores.
  public init(cached bytes: [UInt8]) throws(CNIError) {
    let object = try Head.object(in: bytes)
    guard object["plugins"] == nil, object["type"] != nil else {
      try self.init(parsing: bytes)
      return
    }
    try self.init(upconverting: try PluginConfiguration(parsing: bytes))
  }
}
