import JSON

extension PluginConfiguration {
  /// The IPAM plugin that this plugin calls (`ipam.type`); nil when it has none.
  public var ipamType: String? { PluginConfiguration.type(in: object.value(ignoringCase: "ipam")?.object) }

  /// The plugins that this one calls itself: its IPAM plugin, what it delegates to (`delegate.type`) and that one's IPAM plugin.
  ///
  /// flannel's own defaults are among them: it delegates to bridge and host-local unless told otherwise.
  public var delegateTypes: [String] {
    let delegate = object.value(ignoringCase: "delegate")?.object
    let delegateIPAM = PluginConfiguration.type(in: delegate?.value(ignoringCase: "ipam")?.object)
    guard type == "flannel" else {
      return [ipamType, PluginConfiguration.type(in: delegate), delegateIPAM].compactMap { $0 }
    }
    return [PluginConfiguration.type(in: delegate) ?? "bridge", ipamType ?? "host-local"]
  }

  private static func type(in object: JSONObject?) -> String? {
    guard let type = object?.value(ignoringCase: "type")?.string, !type.isEmpty else { return nil }
    return type
  }
}
