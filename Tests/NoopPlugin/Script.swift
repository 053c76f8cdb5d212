import CNI
import JSON

/// The script: a behaviour for each verb, and what goes for all of them.
struct Script {
  private let members: JSONObject
  private let path: String

  init(path: String) throws(PluginError) {
    self.path = path
    guard let bytes = readAll(path) else {
      throw PluginError(100, "noop: cannot read the script \(path)", details: lastError())
    }
    let json: JSON
    do throws(JSONError) {
      json = try JSON(parsing: bytes)
    } catch {
      throw PluginError(100, "noop: the script \(path) is no JSON", details: error.description)
    }
    guard case .object(let members) = json else { throw PluginError(100, "noop: the script \(path) is no object") }
    self.members = members
    let known = Verb.allCases.map(\.rawValue) + ["*", "record", "supportedVersions", "checks"]
    if let unknown = members.keys.first(where: { !known.contains($0) }) {
      throw PluginError(100, "noop: the script \(path) has an unknown key \(unknown)")
    }
  }

  /// The file that calls are written to.
  var record: String? { members["record"]?.string }

  /// What VERSION says unless it is scripted itself.
  var supportedVersions: JSON? { members["supportedVersions"] }

  /// The same as a list.
  var versions: [String]? { supportedVersions?.array?.compactMap(\.string) }

  /// Whether the call is checked before it is answered.
  var checks: Bool { members["checks"]?.bool ?? true }

  /// The verb's behaviour, else that of `*`, else the plain one.
  func behaviour(for verb: Verb) throws(PluginError) -> Behaviour {
    guard let value = members[verb.rawValue] ?? members["*"] else { return Behaviour() }
    guard case .object(let object) = value else {
      throw PluginError(100, "noop: the script \(path) has no object under \(verb.rawValue)")
    }
    return try Behaviour(object)
  }
}
