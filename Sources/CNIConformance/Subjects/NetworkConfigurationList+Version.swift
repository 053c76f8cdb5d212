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
  var dataDirectories: [String] {
    var found: [String] = []
    func collect(_ json: JSON) {
      for member in json.object ?? [:] {
        if member.key == "dataDir", let path = member.value.string { found.append(path) }
        collect(member.value)
      }
      for element in json.array ?? [] { collect(element) }
    }
    for plugin in plugins { collect(.object(plugin.object)) }
    return found
  }
}
