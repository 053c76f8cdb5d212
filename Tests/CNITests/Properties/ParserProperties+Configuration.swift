@testable import CNI
import JSON

extension ParserProperties {
  /// Whatever is read as a configuration is read back from its own bytes, and makes a sound request for every verb.
  func checkConfiguration(_ bytes: [UInt8]) throws -> Bool {
    let parsed = try attempt { () throws(CNIError) in try NetworkConfigurationList(parsing: bytes) }
    let cached = try attempt { () throws(CNIError) in try NetworkConfigurationList(cached: bytes) }
    let single = try attempt { () throws(CNIError) in
      try NetworkConfigurationList(upconverting: try PluginConfiguration(parsing: bytes))
    }
    for list in [parsed, cached, single].compactMap(\.self) {
      try checkList(list)
      for plugin in list.plugins { try checkRequests(list, plugin) }
    }
    return parsed != nil || cached != nil || single != nil
  }

  /// The list's bytes go into records and caches: DEL must find the same list in them.
  private func checkList(_ list: NetworkConfigurationList) throws {
    try require(!list.plugins.isEmpty, "a list without plugins")
    try require(list.plugins.allSatisfy { !$0.type.isEmpty }, "a plugin without a type")
    _ = try demand("the list's version is none") { try SpecificationVersion(list.cniVersion) }
    let again = try demand("the list's own bytes are no list") { try NetworkConfigurationList(cached: list.bytes) }
    try require(
      again.name == list.name && again.cniVersion == list.cniVersion && again.plugins == list.plugins
        && again.disableCheck == list.disableCheck && again.disableGC == list.disableGC,
      "the list's own bytes are another list")
  }

  private func checkRequests(_ list: NetworkConfigurationList, _ plugin: PluginConfiguration) throws {
    let capabilities = Dictionary(uniqueKeysWithValues: plugin.capabilities.map { ($0, JSON.array([.string($0)])) })
    let attachment = CNI.Attachment(
      containerID: "c", networkNamespace: "/run/netns/x", interfaceName: "eth0", arguments: [.init("K", "V")],
      capabilityArguments: capabilities.merging(["undeclared": 1]) { declared, _ in declared })
    for verb in chosen(Verb.allCases) {
      let hasContainer = [.add, .del, .check].contains(verb)
      let builder = RequestBuilder(
        list: list, plugin: plugin, attachment: hasContainer ? attachment : nil, pluginDirectories: ["/a", "/b"])
      let request = builder.request(verb, plugin.type, executable: "/a/x", previousResult: nil, additions: [:])
      try require(
        request.environment.map(\.key) == [
          "CNI_COMMAND", "CNI_CONTAINERID", "CNI_NETNS", "CNI_ARGS", "CNI_IFNAME", "CNI_PATH",
        ], "\(verb): not the six variables")
      let json = try demand("\(verb): the request is no JSON") { try JSON(parsing: request.configuration) }
      try require(json["name"]?.string == list.name, "\(verb): the name is not the list's")
      try require(json["cniVersion"]?.string == list.cniVersion, "\(verb): the version is not the list's")
      try require(json["capabilities"] == nil && json["prevResult"] == nil, "\(verb): a key that is not to be sent")
      if hasContainer, !capabilities.isEmpty {
        let sent = json["runtimeConfig"]?.object?.keys.sorted()
        try require(sent == plugin.capabilities.sorted(), "\(verb): other capabilities than declared")
      }
      let own = ["name", "cniVersion", "prevResult", "runtimeConfig"]
      for member in plugin.object where !own.contains(member.key) && member.key.lowercased() != "capabilities" {
        try require(json[member.key] == member.value, "\(verb): \(member.key) is changed")
      }
    }
  }
}
