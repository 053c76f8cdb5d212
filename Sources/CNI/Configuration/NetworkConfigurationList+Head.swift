import JSON

extension NetworkConfigurationList {
  /// What a list says beside its plugins.
  struct Head {
    let name: String
    let cniVersion: String
    let disableCheck: Bool
    let disableGC: Bool
    let loadOnlyInlinedPlugins: Bool

    init(_ list: JSONObject) throws(CNIError) {
      guard let name = list["name"] else { throw Head.invalid("no name") }
      guard let name = name.string else { throw Head.invalid("invalid name type \(name.kind)") }
      // It enters paths, and every verb would refuse it: an attachment that could never be detached must not begin.
      do {
        try Validation.networkName(name)
      } catch {
        throw CNIError(.invalidConfiguration, code: error.code, error.message, details: error.details)
      }
      self.name = name
      cniVersion = try Head.version(list)
      disableCheck = try Head.flag("disableCheck", list)
      disableGC = try Head.flag("disableGC", list)
      loadOnlyInlinedPlugins = try Head.flag("loadOnlyInlinedPlugins", list)
    }

    static func object(in bytes: [UInt8], maximumDepth: Int = JSON.maximumDepth) throws(CNIError) -> JSONObject {
      let json: JSON
      do {
        json = try JSON(parsing: bytes, maximumDepth: maximumDepth)
      } catch {
        throw invalid("\(error)", code: CNIError.Code.decodingFailure)
      }
      guard let object = json.object else { throw invalid("an object expected, found \(json.kind)", code: 6) }
      return object
    }

    /// The plugins in the list itself; nil when it has no such key.
    static func inlinedPlugins(_ list: JSONObject) throws(CNIError) -> [PluginConfiguration]? {
      guard let value = list["plugins"] else {
        if try flag("loadOnlyInlinedPlugins", list) {
          throw invalid("`loadOnlyInlinedPlugins` is true, and no 'plugins' key")
        }
        return nil
      }
      guard let entries = value.array else { throw invalid("invalid 'plugins' type \(value.kind)") }
      guard !entries.isEmpty else { throw invalid("no plugins in list") }
      var plugins: [PluginConfiguration] = []
      for (index, entry) in entries.enumerated() {
        do {
          plugins.append(try PluginConfiguration(entry))
        } catch {
          throw .configuration("failed to parse plugin config \(index): \(error.message)", code: error.code)
        }
      }
      return plugins
    }

    private static func invalid(_ reason: String, code: Int = CNIError.Code.invalidConfiguration) -> CNIError {
      .configuration("error parsing configuration list: \(reason)", code: code)
    }

    private static func version(_ list: JSONObject) throws(CNIError) -> String {
      var own = ""
      if let value = list["cniVersion"] {
        guard let text = value.string else { throw invalid("invalid cniVersion type \(value.kind)") }
        own = text
      }
      guard let value = list["cniVersions"] else {
        _ = try parsed(own, what: "cniVersion")
        return own.isEmpty ? "0.1.0" : own
      }
      return try highest(of: value, own: own)
    }

    /// The highest version that this library knows; the list's own `cniVersion` is one of them, and stands if there is no other.
    private static func highest(of value: JSON, own: String) throws(CNIError) -> String {
      guard let entries = value.array else { throw invalid("invalid type for cniVersions: \(value.kind)") }
      var best: (version: SpecificationVersion, text: String)?
      func consider(_ version: SpecificationVersion, _ text: String) {
        guard version <= .current, best.map({ version > $0.version }) ?? true else { return }
        best = (version, text)
      }
      for (index, entry) in entries.enumerated() {
        guard let text = entry.string else {
          throw invalid("invalid type for cniVersions index \(index): \(entry.kind)")
        }
        consider(try parsed(text, what: "cniVersions entry", place: " at index \(index)"), text)
      }
      let version = try parsed(own, what: "cniVersion")
      if !own.isEmpty { consider(version, own) }
      let chosen = best?.text ?? own
      return chosen.isEmpty ? "0.1.0" : chosen
    }

    private static func parsed(
      _ text: String, what: String, place: String = ""
    ) throws(CNIError) -> SpecificationVersion {
      do {
        return try SpecificationVersion(text)
      } catch {
        throw invalid("invalid \(what) \(text)\(place): \(error.message)")
      }
    }

    private static func flag(_ key: String, _ list: JSONObject) throws(CNIError) -> Bool {
      guard let value = list[key] else { return false }
      if let flag = value.bool { return flag }
      guard let text = value.string else { throw invalid("invalid type \(value.kind) for \(key)") }
      switch text.lowercased() {
      case "true": return true
      case "false": return false
      default: throw invalid("invalid value \"\(text.lowercased())\" for \(key)")
      }
    }
  }
}
