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
    let known =
      Verb.allCases.map(\.rawValue) + ["*", "none", "unknown", "record", "supportedVersions", "checks", "through"]
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

  /// Whether the call is checked before it is answered; if it goes through another plugin, that is that one's matter.
  var checks: Bool { members["checks"]?.bool ?? (through == nil) }

  /// The plugin that every call goes through, whatever its verb.
  var through: String? { members["through"]?.string }

  /// The behaviours that a call may meet: of its verb, `none` without one, `unknown` for one that is none, else of `*`.
  func alternatives(for call: Call) throws(PluginError) -> [Behaviour] {
    let command = call["CNI_COMMAND"] ?? ""
    let key = command.isEmpty ? "none" : Verb(rawValue: command)?.rawValue ?? "unknown"
    guard let value = members[key] ?? members["*"] else { return [] }
    var behaviours: [Behaviour] = []
    for item in value.array ?? [value] {
      guard case .object(let object) = item else {
        throw PluginError(100, "noop: the script \(path) has no object under \(key)")
      }
      behaviours.append(try Behaviour(object))
    }
    return behaviours
  }

  /// The first of them whose condition holds, else the plain one.
  func behaviour(for call: Call) throws(PluginError) -> Behaviour {
    for behaviour in try alternatives(for: call) where try behaviour.condition.holds(call) { return behaviour }
    return Behaviour()
  }
}
