import JSON

/// Makes what one plugin of a list is given (the specification, "Deriving request configuration from plugin configuration").
struct RequestBuilder {
  let list: NetworkConfigurationList
  let plugin: PluginConfiguration
  let attachment: Attachment?
  let pluginDirectories: [String]

  func request(
    _ verb: Verb, _ type: String, executable: String, previousResult: CNIResult?, additions: JSONObject
  ) -> PluginRequest {
    PluginRequest(
      verb: verb, plugin: type, executable: executable, network: list.name,
      environment: RequestBuilder.environment(verb, attachment: attachment, pluginDirectories: pluginDirectories),
      configuration: configuration(previousResult: previousResult, additions: additions).serialized())
  }

  /// All six variables, some possibly empty, so that none of the host's own gets through.
  static func environment(
    _ verb: Verb, attachment: Attachment?, pluginDirectories: [String]
  ) -> [Attachment.Argument] {
    [
      .init("CNI_COMMAND", verb.rawValue),
      .init("CNI_CONTAINERID", attachment?.containerID ?? ""),
      .init("CNI_NETNS", attachment?.networkNamespace ?? ""),
      .init("CNI_ARGS", Attachment.Argument.text(attachment?.arguments ?? [])),
      .init("CNI_IFNAME", attachment?.interfaceName ?? ""),
      .init("CNI_PATH", pluginDirectories.joined(separator: ":")),
    ]
  }

  private func configuration(previousResult: CNIResult?, additions: JSONObject) -> JSON {
    var object = plugin.object
    object["name"] = .string(list.name)
    object["cniVersion"] = .string(list.cniVersion)
    // The specification keeps `capabilities` from plugins; libcni sends it.
    for key in object.keys where key.lowercased() == "capabilities" { object[key] = nil }
    // The runtime's alone to give: a configuration that brings its own would feed it to ADD, GC and STATUS.
    object["prevResult"] = previousResult.map(previous)
    if let values = runtimeConfiguration { object["runtimeConfig"] = values }
    for member in additions { object[member.key] = member.value }
    return .object(object)
  }

  /// The values of the capabilities that the plugin declares and the runtime has; nil when there are none.
  private var runtimeConfiguration: JSON? {
    guard let attachment else { return nil }
    let declared = plugin.capabilities.filter { attachment.capabilityArguments[$0] != nil }.sorted()
    guard !declared.isEmpty else { return nil }
    return .object(JSONObject(declared.compactMap { name in attachment.capabilityArguments[name].map { (name, $0) } }))
  }

  /// A plugin reads `prevResult` in the configuration's version only. A result that cannot be converted is handed on as it is: the plugin will say what is wrong.
  private func previous(_ result: CNIResult) -> JSON {
    do {
      return try result.converted(to: list.cniVersion).raw
    } catch {
      return result.raw
    }
  }
}
