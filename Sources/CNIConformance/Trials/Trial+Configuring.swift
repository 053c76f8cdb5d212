import CNI
import JSON

extension Trial {
  /// Changes the network's configuration from here on; the plugins stay those that they are.
  func reconfigure(_ change: (inout JSONObject) throws -> Void) throws {
    var object = try JSON(parsing: subject.list.bytes).object ?? [:]
    try change(&object)
    subject = Subject(
      list: try NetworkConfigurationList(parsing: JSON.object(object).serialized()), range: subject.range,
      executables: subject.executables, pluginDirectories: subject.pluginDirectories)
  }

  /// Changes the configuration of each plugin under test from here on.
  func configure(_ change: (inout JSONObject) throws -> Void) throws {
    try reconfigure { list in
      var plugins = list["plugins"]?.array ?? []
      for index in subject.range {
        guard var object = plugins[index].object else { continue }
        try change(&object)
        plugins[index] = .object(object)
      }
      list["plugins"] = .array(plugins)
    }
  }

  /// Changes the `ipam` section of the plugin that has one; false where there is none.
  func configureIPAM(_ change: (inout JSONObject) throws -> Void) throws -> Bool {
    var isThere = false
    try configure { plugin in
      guard var ipam = plugin["ipam"]?.object, !ipam.isEmpty else { return }
      try change(&ipam)
      plugin["ipam"] = .object(ipam)
      isThere = true
    }
    return isThere
  }

  /// Asks everything in this version of the specification from here on.
  func speak(_ version: String) throws {
    try reconfigure { list in
      list["cniVersion"] = .string(version)
      list["cniVersions"] = nil
    }
  }

  /// Asks in this version from here on where the network's is older; skips where a plugin that is asked does not speak it.
  func speak(atLeast version: String, for what: String) throws {
    guard try SpecificationVersion(subject.version) < SpecificationVersion(version) else { return }
    for (plugin, executable) in try asked() {
      guard claimedVersions(of: plugin, executable: executable).contains(version) else {
        try skip("\(plugin) does not claim \(version), which brought \(what)")
      }
    }
    try speak(version)
  }

  /// Skips where a version of the specification before 0.4.0 is spoken: it has no CHECK.
  func requireCheck() throws {
    guard try SpecificationVersion(subject.version) >= SpecificationVersion("0.4.0") else {
      try skip("CNI \(subject.version) has no CHECK")
    }
  }

  /// The versions that the last plugin under test says it speaks.
  func claimedVersions() -> [String] {
    let last = subject.range.upperBound - 1
    return claimedVersions(of: subject.list.plugins[last].type, executable: subject.executables[last])
  }

  private func claimedVersions(of plugin: String, executable: String) -> [String] {
    let document: JSON = ["cniVersion": .string(subject.version)]
    let call = send(
      Request(
        executable: executable, plugin: plugin, environment: [.init("CNI_COMMAND", "VERSION")],
        standardInput: document.serialized()))
    return call.document?["supportedVersions"]?.array?.compactMap(\.string) ?? []
  }

  /// The plugins that answer a request, those before the ones under test and delegates among them.
  private func asked() throws -> [(String, String)] {
    try subject.list.plugins[..<subject.range.upperBound].enumerated().flatMap { index, plugin in
      try [(plugin.type, subject.executables[index])]
        + plugin.delegateTypes.filter { $0 != plugin.type }
        .map { ($0, try PluginLookup.find($0, in: subject.pluginDirectories)) }
    }
  }
}
