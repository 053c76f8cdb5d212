import CNI
import JSON

extension NetworkConfigurationList {
  /// The same network in another version of the specification.
  func rewritten(in version: String) throws(CNIError) -> NetworkConfigurationList {
    guard version != cniVersion else { return self }
    guard var object = (try? JSON(parsing: bytes, maximumDepth: JSON.maximumForeignDepth))?.object else {
      throw CNIError(.invalidConfiguration, "network \(name) is no JSON object any more")
    }
    object["cniVersion"] = .string(version)
    object["cniVersions"] = nil
    return try NetworkConfigurationList(parsing: JSON.object(object).serialized())
  }

  /// The directories in which its plugins are told to keep their state.
  var dataDirectories: [String] { texts.filter { $0.key == "dataDir" }.map(\.text) }

  /// What else its plugins are told of that lies among temporary files, of which a trial has its own.
  var namedPaths: [String] {
    texts.filter { text in
      text.key != "dataDir" && ["/tmp/", "/var/tmp/"].contains { text.text.hasPrefix($0) }
        && text.text.utf8.count < 4096
    }.map(\.text)
  }

  /// Every text in its plugins' configurations, with the key that it stands under.
  private var texts: [(key: String, text: String)] {
    var found: [(key: String, text: String)] = []
    func collect(_ json: JSON, under key: String) {
      if let text = json.string { found.append((key, text)) }
      for member in json.object ?? [:] { collect(member.value, under: member.key) }
      for element in json.array ?? [] { collect(element, under: key) }
    }
    for plugin in plugins { collect(.object(plugin.object), under: "") }
    return found
  }
}
